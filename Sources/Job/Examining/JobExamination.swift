import Acquisition
import Foundation
import Storage

/// What a job needs: its file, sources, secrets, room.
struct JobExamination {
  static let area = "Job"

  let job: String
  let output: String?
  let asksServers: Bool
  let environment: [String: String]
  let now: Date

  /// Everything that was found, of the job, its output and its schedule.
  func findings() async -> [Finding] {
    let file: JobFile
    var plan: Plan
    do throws(PlanError) {
      file = try JobFile(contentsOf: job)
      plan = try Plan(file)
    } catch {
      return [
        .problem(
          Self.area, "job file", "\(error)",
          "correct it; \"recjob validate \(job)\" checks it again", ExitStatus(error))
      ]
    }
    if let output { plan.output.directory = output }
    let directory = file.resolved(plan.output.directory ?? "out")
    var findings = [Finding.ok(Self.area, "job file", "\(job) is valid: \(plan.name)")]
    if let remark = plan.remark {
      findings.append(.warning(Self.area, "job file", remark, "leave them out"))
    }
    findings += await sources(file, plan)
    findings += secrets(file, plan)
    findings += [memory(file, plan), metricsFile(file, plan)].compactMap(\.self)
    let needed = 2 * (plan.dataset.source(of: file).localSize(relativeTo: file.baseDirectory) ?? 0)
    findings += OutputExamination(
      directory: directory, datasetNeed: needed, now: now
    ).findings()
    findings += await ScheduleExamination(job: job, name: plan.name).findings()
    return findings
  }

  // MARK: - Sources

  private func sources(_ file: JobFile, _ plan: Plan) async -> [Finding] {
    var findings = await sources(
      of: plan.dataset.source(of: file), file, lockFile: file.pinFile(), "source")
    if let items = plan.dataset.itemsSource(of: file) {
      findings += await sources(
        of: items, file, lockFile: file.pinFile(of: "items"), "source of items")
    }
    return findings
  }

  /// The mirrors of one dataset, of which one has to do, and the file that the hash of the first fetch
  /// is in, or will be.
  private func sources(
    of source: DatasetSource, _ file: JobFile, lockFile: String, _ subject: String
  ) async -> [Finding] {
    var findings: [Finding] = []
    var failures: [(text: String, status: ExitStatus)] = []
    var isUsable = false
    let pin = self.pin(of: source, lockFile)
    for location in source.sources {
      do throws(AcquisitionError) {
        let answer = try await SourceProbe.answer(
          of: location, in: source, relativeTo: file.baseDirectory, environment: environment,
          asksServer: asksServers)
        findings.append(try finding(answer, location, source, pin, subject))
        isUsable = true
      } catch {
        failures.append(("\(error)", ExitStatus(error)))
      }
    }
    for failure in failures {
      let advice = "put the dataset there, or correct dataset.sources"
      findings.append(
        isUsable
          ? .warning(Self.area, subject, failure.text, "another source is used; \(advice)")
          : .problem(Self.area, subject, failure.text, advice, failure.status))
    }
    return findings + (pin.finding.map { [$0] } ?? [])
  }

  /// What the first fetch recorded of a source, and what is to be said of it.
  private struct Pin {
    let lockFile: String
    var recorded: String?
    var finding: Finding?
  }

  private func pin(of source: DatasetSource, _ lockFile: String) -> Pin {
    var pin = Pin(lockFile: lockFile)
    // What the job binds itself is not recorded.
    guard source.pin == .lock, source.sources.contains(where: { source.ownDigest(of: $0) == nil })
    else { return pin }
    do throws(StorageError) {
      pin.recorded = try source.recordedDigest(in: lockFile)
    } catch {
      pin.finding = .problem(
        Self.area, "pin", "\(error)",
        "let the job's user read it; without it, the next run accepts whatever is there",
        ExitStatus(error))
      return pin
    }
    if pin.recorded != nil {
      pin.finding = .ok(Self.area, "pin", "\(lockFile) has the hash of the dataset")
    } else if FileSystem.isWritable(PathName.parent(of: lockFile)) {
      pin.finding = .ok(
        Self.area, "pin", "\(lockFile) does not exist yet; the first run records the hash")
    } else {
      pin.finding = .problem(
        Self.area, "pin", "\(lockFile) cannot be written, where the first run records the hash",
        "run \"recjob fetch \(job)\" once as a user who may write there, or give the sha256",
        .notPermitted)
    }
    return pin
  }

  private func finding(
    _ answer: SourceProbe.Answer, _ location: DatasetSource.Location, _ source: DatasetSource,
    _ pin: Pin, _ subject: String
  ) throws(AcquisitionError) -> Finding {
    let shown = location.shown
    switch answer {
    case .available: return .ok(Self.area, subject, "\(shown) answers")
    case .headRefused(let status):
      return .warning(
        Self.area, subject,
        "\(shown) does not answer HEAD (HTTP status \(status)); a download may work",
        "\"recjob fetch \(job)\" tells whether it does")
    case .notAsked(let isCached):
      return .ok(
        Self.area, subject,
        "\(shown) was not asked (--network does); "
          + (isCached ? "the cache has what it gave last" : "the cache has nothing of it"))
    case .local(let path, let bytes):
      let size = TransferProgress.size(bytes)
      let expected = source.expectedDigest(of: location, recorded: pin.recorded)
      guard let wanted = expected.flatMap({ SHA256Digest(hex: $0) }),
        FileSystem.isRegularFile(path), let actual = try? SHA256Digest.ofFile(path)
      else { return .ok(Self.area, subject, "\(shown), \(size)") }
      let isOfJob = source.ownDigest(of: location) != nil
      if actual == wanted {
        let whose = isOfJob ? "the job's" : "the recorded one"
        return .ok(Self.area, subject, "\(shown), \(size), the hash is \(whose)")
      }
      if isOfJob {
        throw .digestMismatch(origin: path, expected: wanted.hex, actual: actual.hex)
      }
      throw .lockMismatch(
        origin: path, lockFile: pin.lockFile, expected: wanted.hex, actual: actual.hex)
    }
  }

  // MARK: - The rest

  private func secrets(_ file: JobFile, _ plan: Plan) -> [Finding] {
    var secrets: [(String, SecretReference, Bool)] = []
    switch plan.dataset.credentials?.scheme {
    case .bearer(let token): secrets.append(("token", token, true))
    case .basic(_, let password): secrets.append(("password", password, true))
    case nil: break
    }
    let ping = plan.monitoring.ping
    for address in [ping?.url, ping?.start, ping?.success, ping?.failure] {
      if case .secret(let place)? = address, let reference = place.reference {
        secrets.append(("ping", reference, false))
      }
    }
    return secrets.map { name, reference, isNeeded in
      if case .credential(let id) = reference, environment["CREDENTIALS_DIRECTORY"] == nil {
        return .warning(
          Self.area, "secret \(name)",
          "the credential \(id) is given by systemd, and was not checked",
          "run the doctor within the unit, or look at /etc/credstore")
      }
      do throws(AcquisitionError) {
        _ = try reference.read(environment: environment, base: file.baseDirectory)
        return .ok(Self.area, "secret \(name)", "present")
      } catch {
        let advice = "put the secret there; the job file only says where it is"
        return isNeeded
          ? .problem(Self.area, "secret \(name)", "\(error)", advice, ExitStatus(error))
          : .warning(Self.area, "secret \(name)", "\(error)", advice)
      }
    }
  }

  private func memory(_ file: JobFile, _ plan: Plan) -> Finding {
    let forecast = MemoryForecast(file, plan, threads: nil)
    guard let bytes = forecast.bytes else {
      return .ok(Self.area, "memory", "not known before the dataset is here")
    }
    let need =
      "a run takes roughly \(TransferProgress.size(bytes)), guessed from the dataset's size"
    if let limit = plan.limits.memoryMB, bytes > limit << 20 {
      return .warning(
        Self.area, "memory", "\(need); limits.memory_mb allows \(limit) MB",
        "a run that is estimated above it ends with 78; raise it, or choose a smaller model")
    }
    guard let available = MemoryState.availableBytes, bytes > available else {
      return .ok(Self.area, "memory", need)
    }
    return .warning(
      Self.area, "memory", "\(need); \(TransferProgress.size(available)) are available",
      "the kernel may end the run; free memory, or set limits.memory_mb to be told before")
  }

  private func metricsFile(_ file: JobFile, _ plan: Plan) -> Finding? {
    guard let path = plan.monitoring.metricsFile.map({ file.resolved($0) }) else { return nil }
    let directory = PathName.parent(of: path)
    guard FileSystem.isDirectory(directory), FileSystem.isWritable(directory) else {
      return .warning(
        Self.area, "metrics file",
        "\(directory) " + (FileSystem.exists(directory) ? "cannot be written" : "does not exist"),
        "make it, and let the job's user write there; until then Prometheus hears of no run")
    }
    return .ok(Self.area, "metrics file", path)
  }
}
