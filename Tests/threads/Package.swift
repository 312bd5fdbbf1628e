// swift-tools-version: 6.2
import PackageDescription

// What learns and ranks in several threads, with its tests, for the Thread Sanitizer. The whole package
// cannot be built with it: the compiler of Swift 6.3.1 fails over a file of Storage.
let package = Package(
  name: "threads",
  targets: [
    .target(name: "CKernels", path: "Sources/CKernels"),
    .target(name: "Kernels", dependencies: ["CKernels"], path: "Sources/Kernels"),
    .target(name: "Ratings", dependencies: ["Kernels"], path: "Sources/Ratings"),
    .target(
      name: "Recommenders", dependencies: ["Kernels", "Ratings"], path: "Sources/Recommenders"),
    .target(name: "TestSupport", dependencies: ["Ratings"], path: "TestSupport"),
    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels", "TestSupport"], path: "KernelsTests"),
    .testTarget(
      name: "RecommendersTests",
      dependencies: ["Kernels", "Ratings", "Recommenders", "TestSupport"],
      path: "RecommendersTests", resources: [.copy("Fixtures")]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where target.name != "CKernels" {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ]
}
