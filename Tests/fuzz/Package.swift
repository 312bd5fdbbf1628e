// swift-tools-version: 6.2
import PackageDescription

// The program's own sources, instrumented for libFuzzer. They are compiled here a second time, so
// that the package itself needs neither products nor flags for this.
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

/// A program that hands its arguments to libFuzzer.
func fuzzTarget(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies + ["Driver"], path: "Targets/\(name)",
    linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"]), .linkedLibrary("stdc++")])
}

let package = Package(
  name: "fuzz",
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
  ],
  targets: [
    .systemLibrary(
      name: "CStorage", path: "Sources/CStorage", pkgConfig: "libarchive",
      providers: [.apt(["libarchive-dev", "zlib1g-dev"])]),
    .target(name: "Storage", dependencies: ["CStorage", crypto], path: "Sources/Storage"),
    .target(name: "Acquisition", dependencies: ["Storage"], path: "Sources/Acquisition"),
    .target(name: "CKernels", path: "Sources/CKernels"),
    .target(name: "Kernels", dependencies: ["CKernels"], path: "Sources/Kernels"),
    .target(name: "Ratings", dependencies: ["Kernels"], path: "Sources/Ratings"),
    .target(
      name: "Recommenders", dependencies: ["Kernels", "Ratings"], path: "Sources/Recommenders"),
    .target(
      name: "Publishing", dependencies: ["Kernels", "Ratings", "Recommenders", "Storage"],
      path: "Sources/Publishing"),
    .target(
      name: "Job",
      dependencies: [
        "Acquisition", "Kernels", "Publishing", "Ratings", "Recommenders", "Storage", logging,
      ],
      path: "Sources/Job"),
    .target(name: "TestSupport", dependencies: ["Ratings", "Storage"], path: "TestSupport"),
    .target(name: "Driver", path: "Driver"),
    fuzzTarget("archive", ["Storage", "TestSupport"]),
    fuzzTarget("ratings", ["Ratings"]),
    fuzzTarget("jobfile", ["Job"]),
  ],
  swiftLanguageModes: [.v6]
)

let instrumented = ["Storage", "Ratings", "Job"]
for target in package.targets where [.executable, .regular].contains(target.type) {
  let isInstrumented = instrumented.contains(target.name) || target.type == .executable
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
      .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ] + (isInstrumented ? [.unsafeFlags(["-sanitize=fuzzer"])] : [])
}
