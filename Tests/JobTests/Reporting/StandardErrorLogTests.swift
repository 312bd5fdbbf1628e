import Foundation
import Logging
import TestSupport
import Testing

@testable import Job

@Suite struct StandardErrorLogTests {
  private static func line(_ format: LogFormat, time: String?) -> String {
    var log = StandardErrorLog(format: format, logLevel: .info)
    log[metadataKey: "job"] = "a"
    return log.line(
      LogEvent(
        level: .warning, message: "Look", error: nil, metadata: ["reason": "x \"y\"\nz"],
        source: "", file: "", function: "", line: 0), time: time)
  }

  @Test func aMessageIsOneLineWhateverItHolds() {
    #expect(
      Self.line(.text, time: "T") == #"T warning Look job=a reason="x \"y\"\nz""#)
    #expect(
      Self.line(.json, time: "T")
        == #"{"time":"T","level":"warning","message":"Look","job":"a","reason":"x \"y\"\nz"}"#)
  }

  @Test func whatATerminalWouldObeyIsNotWritten() {
    let line = StandardErrorLog(format: .text, logLevel: .info).line(
      LogEvent(
        level: .info, message: "M\u{1B}[31m", error: nil,
        metadata: ["a": "x\u{1B}y", "b": "x\u{202E}y", "c": "\u{9B}"],
        source: "", file: "", function: "", line: 0), time: nil)
    #expect(
      line
        == "info M\u{FFFD}[31m a=\"x\\u001by\" b=\"x\u{FFFD}y\" c=\"\u{FFFD}\"", "\(line)")
  }

  @Test func numbersStayNumbersInJSON() {
    func line(_ format: LogFormat) -> String {
      StandardErrorLog(format: format, logLevel: .info).line(
        LogEvent(
          level: .info, message: "M", error: nil,
          metadata: ["a": .number(3), "b": .number(0.25), "c": "7", "d": .number(.nan)],
          source: "", file: "", function: "", line: 0), time: nil)
    }
    #expect(line(.json) == #"{"level":"info","message":"M","a":3,"b":0.25,"c":"7","d":null}"#)
    #expect(line(.text) == "info M a=3 b=0.25 c=7 d=nan")
  }

  @Test func theLevelHasAColourWhereThatIsWanted() {
    let log = StandardErrorLog(format: .text, logLevel: .info)
    let event = LogEvent(
      level: .error, message: "M", error: nil, metadata: nil, source: "", file: "", function: "",
      line: 0)
    #expect(
      log.line(event, time: nil, style: TerminalStyle(isColoured: true))
        == "\u{1B}[1;31merror\u{1B}[0m M")
  }

  @Test func theJournalHasTheTimeItself() {
    #expect(Self.line(.text, time: nil).hasPrefix("warning Look "))
  }

  @Test func theTailHasInformationThatIsNotWritten() {
    let tail = LogTail()
    var logger = Logger(label: "test") { _ in
      StandardErrorLog(format: .text, logLevel: .critical, tail: tail, isJournal: false)
    }
    logger[metadataKey: "job"] = "a"
    logger.debug("Too fine")
    logger.info("Epoch finished", metadata: ["epoch.number": "3"])
    let text = String(decoding: tail.text, as: UTF8.self)
    #expect(text.hasSuffix("Z info Epoch finished epoch.number=3 job=a\n"))
    #expect(!text.contains("Too fine"))
  }

  @Test func prioritiesAreThoseOfSyslog() {
    #expect(
      Logger.Level.allCases.map(JournalStream.prefix)
        == ["<7>", "<7>", "<6>", "<5>", "<4>", "<3>", "<2>"])
  }

  @Test func onlyTheFileThatTheVariableNamesIsTheJournal() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("", to: "stream")
    let file = try #require(FileHandle(forReadingAtPath: path))
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    let number = try #require(attributes[.systemFileNumber] as? NSNumber)
    let device = try #require(attributes[.systemNumber] as? NSNumber)
    let name = "\(device):\(number)"
    #expect(JournalStream.matches(name, descriptor: file.fileDescriptor))
    #expect(!JournalStream.matches("\(name)1", descriptor: file.fileDescriptor))
    #expect(!JournalStream.matches(nil, descriptor: file.fileDescriptor))
    #expect(!JournalStream.matches(name, descriptor: -1))
  }
}
