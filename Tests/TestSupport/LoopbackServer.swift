import Foundation
import Glibc
import Synchronization

/// A small HTTP server on 127.0.0.1 that gives the answers of a test, right or wrong ones.
public final class LoopbackServer: Sendable {
  /// What a client asked.
  public struct Request: Equatable, Sendable {
    /// The method.
    public var method = "GET"
    /// The path, or the whole URL if the client takes the server for a proxy.
    public var path: String
    /// The headers by their names in lower case.
    public var headers: [String: String]
    /// What follows the head.
    public var body: [UInt8] = []

    /// The first byte of the range that is asked for.
    public var rangeStart: Int? {
      headers["range"].flatMap { Int($0.dropFirst("bytes=".count).prefix { $0 != "-" }) }
    }
  }

  /// What it gets.
  public struct Response: Sendable {
    /// How the head tells where the body ends.
    public enum Framing: Sendable {
      /// By its length.
      case length
      /// By a length that is not its own.
      case claimedLength(Int)
      /// By chunks; a body that is cut lacks the last one.
      case chunks
      /// By the end of the connection.
      case connection
    }

    /// The status.
    public var status = 200
    /// The headers, without those of the framing.
    public var headers: [String: String] = [:]
    /// The body.
    public var body: [UInt8] = []
    /// How the end of the body is told.
    public var framing = Framing.length
    /// How much of the body is sent before the connection is cut.
    public var cutAfter: Int?
    /// Whether nothing at all is sent until the client gives up.
    public var isSilent = false
    /// Whether the connection stays open after a cut until the client gives up.
    public var holdsOpen = false

    /// Creates an answer with a body.
    public init(status: Int = 200, headers: [String: String] = [:], body: [UInt8] = []) {
      self.status = status
      self.headers = headers
      self.body = body
    }

    /// The same answer, changed.
    public func with(_ change: (inout Response) -> Void) -> Response {
      var response = self
      change(&response)
      return response
    }

    /// An answer without a body.
    public static func status(_ status: Int, _ headers: [String: String] = [:]) -> Response {
      Response(status: status, headers: headers)
    }

    /// An answer with a text.
    public static func body(_ text: String, _ headers: [String: String] = [:]) -> Response {
      Response(headers: headers, body: Array(text.utf8))
    }

    /// No answer.
    public static var silence: Response { Response().with { $0.isSilent = true } }

    /// What a server without faults answers for a file, after RFC 9110.
    public static func file(_ body: [UInt8], etag: String, to request: Request) -> Response {
      if request.headers["if-none-match"] == etag { return .status(304, ["ETag": etag]) }
      guard let start = request.rangeStart, request.headers["if-range"] == etag else {
        return Response(headers: ["ETag": etag], body: body)
      }
      guard start < body.count else {
        return .status(416, ["Content-Range": "bytes */\(body.count)"])
      }
      return Response(
        status: 206,
        headers: [
          "ETag": etag, "Content-Range": "bytes \(start)-\(body.count - 1)/\(body.count)",
        ], body: Array(body[start...]))
    }
  }

  /// Gives the answer to a request; the number counts from 0.
  public typealias Answer = @Sendable (_ request: Request, _ number: Int) -> Response

  private final class Log: Sendable {
    let requests = Mutex<[Request]>([])
  }

  private let listener: Int32
  private let log = Log()
  /// The URL of the root, without a slash at its end.
  public let url: String

  /// What was asked so far.
  public var requests: [Request] { log.requests.withLock { $0 } }

  /// Starts a server, which ends with its owner.
  public init(_ answer: @escaping Answer) {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let port = Self.bindAndListen(listener, address)
    url = "http://127.0.0.1:\(port)"
    let (listener, log) = (listener, log)
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { break }
        Thread.detachNewThread {
          Self.serve(connection, log, answer)
          close(connection)
        }
      }
      close(listener)
    }
  }

  deinit {
    // Wakes the thread, which closes the socket.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private static func bindAndListen(_ listener: Int32, _ address: sockaddr_in) -> UInt16 {
    var address = address
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    // Safety: a `sockaddr_in` is what the calls expect behind the general pointer, with its size.
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
        precondition(unsafe bind(listener, general, size) == 0, "no port is free")
        precondition(listen(listener, 16) == 0, "the port cannot be listened on")
        unsafe getsockname(listener, general, &size)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  private static func serve(_ connection: Int32, _ log: Log, _ answer: Answer) {
    guard let request = read(connection) else { return }
    let number = log.requests.withLock { requests in
      requests.append(request)
      return requests.count - 1
    }
    let response = answer(request, number)
    if response.isSilent {
      _ = receive(connection)
      return
    }
    var headers = response.headers
    headers["Connection"] = "close"
    switch response.framing {
    case .length: headers["Content-Length"] = String(response.body.count)
    case .claimedLength(let count): headers["Content-Length"] = String(count)
    case .chunks: headers["Transfer-Encoding"] = "chunked"
    case .connection: break
    }
    var head = "HTTP/1.1 \(response.status) Status\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    send(connection, Array((head + "\r\n").utf8) + sentBody(of: response))
    if !response.holdsOpen { shutdown(connection, Int32(SHUT_WR)) }
    // The client closes first, so that nothing is lost to a reset.
    while !receive(connection).isEmpty {}
  }

  private static func sentBody(of response: Response) -> [UInt8] {
    let body = response.body.prefix(response.cutAfter ?? response.body.count)
    guard case .chunks = response.framing else { return Array(body) }
    let chunk = Array("\(String(body.count, radix: 16))\r\n".utf8) + body + Array("\r\n".utf8)
    return response.cutAfter == nil ? chunk + Array("0\r\n\r\n".utf8) : chunk
  }

  private static func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var body = 0
    while true {
      let piece = receive(connection)
      if piece.isEmpty { return nil }
      bytes += piece
      // A head of a few hundred bytes: looking at it again for each piece costs nothing.
      if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound {
        body = end
        break
      }
    }
    let lines = String(decoding: bytes[..<body], as: UTF8.self).split(separator: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    while bytes.count < body + length {
      let piece = receive(connection)
      if piece.isEmpty { return nil }
      bytes += piece
    }
    let words = lines[0].split(separator: " ")
    return Request(
      method: String(words[0]), path: String(words[1]), headers: headers,
      body: Array(bytes[body...]))
  }

  private static func receive(_ connection: Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    // Safety: the array lends its memory with its count for the call.
    let count = unsafe recv(connection, &bytes, bytes.count, 0)
    return Array(bytes.prefix(max(0, count)))
  }

  private static func send(_ connection: Int32, _ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      // Safety: the slice lends its memory with its count for the call.
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
