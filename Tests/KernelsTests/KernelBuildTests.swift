import Foundation
import Kernels
import Testing

@Suite struct KernelBuildTests {
  @Test func theCompilerIsNamedWithItsVersion() {
    #expect(KernelBuild.compiler.contains(/Clang \d+\.\d+/))
  }

  @Test func theVectorsAreThoseOfTheProcessor() throws {
    #if arch(arm64)
      #expect(KernelBuild.vectors == "NEON")
    #else
      let facts = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
      let line = facts.split(separator: "\n").first { $0.hasPrefix("flags") }
      let flags = Set(try #require(line).split(separator: " "))
      let wide = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]
      let half = ["avx2", "bmi1", "bmi2", "f16c", "fma"]
      let expected =
        flags.isSuperset(of: wide.map { $0[...] })
        ? "AVX-512" : flags.isSuperset(of: half.map { $0[...] }) ? "AVX2" : "SSE2"
      #expect(KernelBuild.vectors == expected)
    #endif
  }
}
