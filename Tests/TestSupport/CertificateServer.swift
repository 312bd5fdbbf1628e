import Foundation
import Storage

/// An HTTPS server on 127.0.0.1, openssl's own, whose certificate nobody vouches for.
public final class CertificateServer {
  private static let openssl = "/usr/bin/openssl"

  /// Whether the machine has openssl.
  public static var isAvailable: Bool { FileSystem.exists(openssl) }

  private let directory: TemporaryDirectory
  private let process: Process
  /// The URL of the root, without a slash at its end.
  public let url: String
  /// The file of its certificate.
  public var certificate: String { directory.path("certificate.pem") }

  /// What openssl did not do.
  struct Failure: Error {
    let arguments: [String]
  }

  /// Starts a server with some files, whose certificate is good for a number of days from now: one
  /// that has expired for a number below zero.
  public init(files: [String: String], days: Int) throws {
    let directory = try TemporaryDirectory()
    for (name, text) in files { try directory.write(text, to: name) }
    try directory.write("subjectAltName=IP:127.0.0.1\n", to: "extensions")
    let steps = [
      [
        "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out",
        "request.pem", "-subj", "/CN=recjob-tests",
      ],
      [
        "x509", "-req", "-in", "request.pem", "-signkey", "key.pem", "-days", "\(days)", "-extfile",
        "extensions", "-out", "certificate.pem",
      ],
    ]
    for arguments in steps {
      let step = try Self.start(arguments, in: directory)
      step.waitUntilExit()
      guard step.terminationStatus == 0 else { throw Failure(arguments: arguments) }
    }
    let arguments = [
      "s_server", "-accept", "127.0.0.1:0", "-key", "key.pem", "-cert", "certificate.pem", "-WWW",
    ]
    let process = try Self.start(arguments, in: directory)
    guard let port = try Self.port(of: process, directory) else {
      throw Failure(arguments: arguments)
    }
    self.directory = directory
    self.process = process
    url = "https://127.0.0.1:\(port)"
  }

  deinit {
    process.terminate()
  }

  private static func start(
    _ arguments: [String], in directory: TemporaryDirectory
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: openssl)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: directory.path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: try directory.write("", to: "output"))
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// The port that the server says it has taken.
  private static func port(of server: Process, _ directory: TemporaryDirectory) throws -> String? {
    while server.isRunning {
      let output = try FileSystem.readText(directory.path("output"))
      // A line that has no end yet may lack digits.
      for line in output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      where line.hasPrefix("ACCEPT ") {
        return line.split(separator: ":").last.map(String.init)
      }
      Thread.sleep(forTimeInterval: 0.005)
    }
    return nil
  }
}
