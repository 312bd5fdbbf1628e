import Foundation
import Glibc
import Synchronization

/// A small HTTP server on 127.0.0.1 that answers one connection after the other.
final class LoopbackServer: Sendable {
  struct Request: Equatable {
    var path: String
    /// The headers by their names in lower case.
    var headers: [String: String]
  }

  struct Response {
    var status = 200
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    /// How much of the body is sent before the connection is cut.
    var cutAfter: Int?
    /// Whether nothing at all is sent until the client gives up.
    var isSilent = false
    /// Whether the connection stays open after a cut until the client gives up.
    var holdsOpen = false
    /// Whether the head tells the length of the body.
    var tellsLength = true

    static func status(_ status: Int, _ headers: [String: String] = [:]) -> Response {
      Response(status: status, headers: headers)
    }

    static func body(_ text: String, _ headers: [String: String] = [:]) -> Response {
      Response(headers: headers, body: Array(text.utf8))
    }
  }

  /// Gives the answer to a request; the number counts from 0.
  typealias Answer = @Sendable (_ request: Request, _ number: Int) -> Response

  private final class Log: Sendable {
    let requests = Mutex<[Request]>([])
  }

  private let listener: Int32
  private let log = Log()
  /// The URL of the root, without a slash at its end.
  let url: String

  var requests: [Request] { log.requests.withLock { $0 } }

  init(_ answer: @escaping Answer) {
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
        Self.serve(connection, log, answer)
        close(connection)
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
    if response.tellsLength { headers["Content-Length"] = String(response.body.count) }
    headers["Connection"] = "close"
    var head = "HTTP/1.1 \(response.status) Status\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    let body = response.body.prefix(response.cutAfter ?? response.body.count)
    send(connection, Array((head + "\r\n").utf8) + body)
    if !response.holdsOpen { shutdown(connection, Int32(SHUT_WR)) }
    // The client closes first, so that nothing is lost to a reset.
    while !receive(connection).isEmpty {}
  }

  private static func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      let piece = receive(connection)
      if piece.isEmpty { return nil }
      bytes += piece
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    return Request(path: String(lines[0].split(separator: " ")[1]), headers: headers)
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
