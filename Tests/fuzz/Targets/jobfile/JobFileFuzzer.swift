import Driver
import Glibc
import Job

@main struct JobFileFuzzer {
  static func main() {
    exit(runFuzzer(CommandLine.argc, CommandLine.unsafeArgv, readJobFile))
  }
}

/// Reads any bytes as a job file; a plan that is accepted must read back as itself.
private func readJobFile(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
  let plan: Plan
  do throws(PlanError) {
    plan = try Plan(JobFile(bytes: bytes, path: "job.json", baseDirectory: "."))
  } catch {
    precondition(!error.description.isEmpty, "an error says nothing")
    return 0
  }
  let text = plan.text
  do throws(PlanError) {
    let again = try Plan(JobFile(bytes: Array(text.utf8), path: "plan.json", baseDirectory: "."))
    precondition(again.text == text, "a plan reads back as another")
    precondition(again.planHash == plan.planHash, "a plan reads back with another hash")
  } catch {
    preconditionFailure("an accepted plan is refused: \(error.description)")
  }
  return 0
}
