import Foundation
import Storage

/// A look at the machine, and at what a job needs and has left behind; it changes nothing.
public struct Examination: Sendable {
  /// The version of the layout of ``jsonText``.
  private static let schemaVersion = 1

  let findings: [Finding]

  /// Examines the machine, and a job if its file is given.
  ///
  /// - Parameters:
  ///   - job: The job file.
  ///   - output: The output directory, where it is not the job's own.
  ///   - asksServers: Whether the servers of sources are asked.
  public init(job: String?, output: String?, asksServers: Bool) async {
    var findings = MachineExamination.findings()
    if let job {
      findings += await JobExamination(
        job: job, output: output, asksServers: asksServers,
        environment: ProcessInfo.processInfo.environment, now: Date()
      ).findings()
    }
    self.findings = findings
  }

  init(findings: [Finding]) {
    self.findings = findings
  }

  /// The status of the first problem, or success.
  public var exitStatus: ExitStatus {
    findings.first { $0.state == .problem }?.status ?? .success
  }

  private func count(_ state: Finding.State) -> Int { findings.count { $0.state == state } }

  /// The findings as a table for people, with what to do below those that need it.
  public func text(_ style: TerminalStyle) -> String {
    var lines: [String] = []
    var area = ""
    let width = findings.map(\.subject.printable.count).max() ?? 0
    for finding in findings {
      if finding.area != area {
        if !lines.isEmpty { lines.append("") }
        lines.append(finding.area)
        area = finding.area
      }
      let state = finding.state.rawValue
      let padding = String(repeating: " ", count: Self.stateWidth - state.count)
      let name = finding.subject.printable
      let subject = name + String(repeating: " ", count: width - name.count)
      let margin = String(repeating: " ", count: 2 + Self.stateWidth + 2 + width + 2)
      let text = finding.text.printableLines.split(separator: "\n")
        .joined(separator: "\n\(margin)")
      lines.append("  \(style.text(state, finding.state.tone))\(padding)  \(subject)  \(text)")
      if let advice = finding.advice { lines.append("\(margin)→ \(advice.printableLines)") }
    }
    lines += ["", summary]
    return lines.joined(separator: "\n") + "\n"
  }

  private static let stateWidth = 7

  private var summary: String {
    func counted(_ count: Int, _ noun: String) -> String {
      "\(count == 0 ? "no" : "\(count)") \(noun)\(count == 1 ? "" : "s")"
    }
    let text = "\(counted(count(.problem), "problem")), \(counted(count(.warning), "warning"))"
    return exitStatus == .success ? text : "\(text); exit status \(exitStatus.rawValue)"
  }

  /// The findings as a JSON object.
  public var jsonText: String {
    let document: JSONValue = [
      "schema_version": .integer(Self.schemaVersion),
      "problems": .integer(count(.problem)), "warnings": .integer(count(.warning)),
      "exit_status": .integer(Int(exitStatus.rawValue)),
      "findings": .array(findings.map(\.json)),
    ]
    return document.prettyText()
  }
}

extension Finding.State {
  /// The colour of the state's word.
  fileprivate var tone: TerminalStyle.Tone {
    switch self {
    case .ok: .good
    case .warning: .warning
    case .problem: .bad
    }
  }
}
