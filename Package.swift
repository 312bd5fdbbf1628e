// swift-tools-version: 6.2
import PackageDescription

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "recjob",
  products: [
    .executable(name: "recjob", targets: ["recjob"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
  ],
  targets: [
    // Bytes on disk
    .systemLibrary(
      name: "CStorage", pkgConfig: "libarchive",
      providers: [.apt(["libarchive-dev", "zlib1g-dev"])]),
    .target(name: "Storage", dependencies: ["CStorage", crypto]),

    // Stages, in the order of the data
    .target(name: "Acquisition", dependencies: ["Storage"]),
    .target(name: "CKernels"),
    .target(name: "Kernels", dependencies: ["CKernels"]),
    .target(name: "Ratings", dependencies: ["Kernels"]),
    .target(name: "Recommenders", dependencies: ["Kernels", "Ratings"]),
    .target(name: "Publishing", dependencies: ["Kernels", "Ratings", "Recommenders", "Storage"]),

    // The job and its program
    .target(
      name: "Job",
      dependencies: [
        "Acquisition", "Kernels", "Publishing", "Ratings", "Recommenders", "Storage", logging,
      ]),
    .executableTarget(name: "recjob", dependencies: ["Job", argumentParser, logging]),
    .executableTarget(
      name: "recjob-bench",
      dependencies: [
        "Job", "Kernels", "Publishing", "Ratings", "Recommenders", "Storage", argumentParser,
      ],
      exclude: ["Results", "peers"]),

    // Tests
    .target(name: "TestSupport", dependencies: ["Ratings", "Storage"], path: "Tests/TestSupport"),
    .testTarget(name: "StorageTests", dependencies: ["Storage", "TestSupport"]),
    .testTarget(name: "AcquisitionTests", dependencies: ["Acquisition", "TestSupport"]),
    .testTarget(name: "RatingsTests", dependencies: ["Ratings", "TestSupport"]),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels", "TestSupport"]),
    .testTarget(
      name: "RecommendersTests",
      dependencies: ["Kernels", "Ratings", "Recommenders", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "PublishingTests",
      dependencies: [
        "Kernels", "Publishing", "Ratings", "Recommenders", "Storage", "TestSupport",
      ],
      resources: [.copy("Golden")]),
    .testTarget(name: "JobTests", dependencies: ["Job", "Kernels", logging, "TestSupport"]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["Job", "Ratings", "Storage", "TestSupport", "recjob", "recjob-bench"],
      resources: [.copy("Python"), .copy("Snapshots")]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where [.executable, .regular, .test].contains(target.type) {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
  ]
}
