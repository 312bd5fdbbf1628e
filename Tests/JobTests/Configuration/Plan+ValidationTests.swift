import Job
import Testing

@Suite struct PlanValidationTests {
  private static let sha256 = String(repeating: "a", count: 64)

  private func faults(dataset members: String) -> [String] {
    JobDocuments.faults("{\"name\": \"a\", \"dataset\": {\(members)}}")
  }

  @Test(arguments: [
    (
      #""training": {"schedule": "blocks", "optimizer": "adam"}"#,
      "at /training/schedule: \"adam\" moves every row"
    ),
    (
      #""training": {"schedule": "blocks"}, "model": {"type": "neural"}"#,
      "at /training/schedule: a \"neural\" model cannot"
    ),
    (
      #""training": {"grid": {"user_blocks": 4}}"#,
      "at /training/grid/user_blocks: there must be at least as many"
    ),
  ])
  func blocksMustFitTheModelTheOptimizerAndTheGrid(members: String, fault: String) {
    let found = JobDocuments.faults(adding: members)
    #expect(found.count == 1)
    #expect(found.first?.contains(fault) ?? false, "\(found)")
  }

  @Test func moreFactorsThanASamplerCanDrawAreRefused() {
    func found(_ factors: Int, _ type: String) -> [String] {
      JobDocuments.faults(adding: "\"model\": {\"type\": \"\(type)\", \"factors\": \(factors)}")
    }
    #expect(found(256, "bayesian-fm").isEmpty)
    #expect(found(257, "als").isEmpty)
    #expect(found(257, "bayesian-fm").count == 1)
    #expect(found(257, "bayesian-fm")[0].contains("at /model/factors: a \"bayesian-fm\" model has"))
  }

  @Test func aHashAndALockExcludeEachOther() {
    let found = faults(
      dataset: "\"sources\": [\"a.zip\"], \"sha256\": \"\(Self.sha256)\", \"pin\": \"lock\"")
    #expect(found.count == 1)
    #expect(found[0].contains("at /dataset/pin: \"lock\" and \"sha256\" exclude each other"))
  }

  @Test func theHashOfASourceAndALockExcludeEachOther() {
    let found = faults(
      dataset: "\"sources\": [\"b\", {\"url\": \"a.zip\", \"sha256\": \"\(Self.sha256)\"}], "
        + "\"pin\": \"lock\"")
    #expect(found.count == 1)
    #expect(found[0].contains("at /dataset/pin: \"lock\" and the \"sha256\" of /dataset/sources/1"))
  }

  @Test(arguments: ["train", "all"])
  func refittingCannotFollowWatchingTheHeldOutRows(refit: String) {
    let found = JobDocuments.faults(
      adding: "\"split\": {\"validation\": \"test\"}, \"training\": {\"refit\": \"\(refit)\"}")
    #expect(found.count == 1)
    #expect(found[0].contains("at /training/refit: \"\(refit)\" cannot follow"))
  }

  @Test(arguments: ["dot", "neural", "logistic-dot", "bias"])
  func aLinkIsForTheBiasedDotProductOnly(type: String) {
    let found = JobDocuments.faults(
      adding: "\"model\": {\"link\": \"sigmoid\", \"type\": \"\(type)\"}")
    #expect(found.count == 1)
    #expect(
      found[0].contains(
        "at /model/link: the key has no meaning here: it is for the model type `biased-dot` only"))
  }

  @Test func theBaselineHasNoFactorsAndOthersNoLayers() {
    #expect(JobDocuments.faults(adding: #""model": {"type": "bias", "factors": 5}"#).count == 1)
    #expect(JobDocuments.faults(adding: #""model": {"hidden": [5], "dropout": {}}"#).count == 2)
  }

  @Test func aMisspeltModelTypeIsTheOnlyFaultOfItsModel() {
    let found = JobDocuments.faults(
      adding: #""model": {"type": "neurl", "hidden": [5], "link": "sigmoid"}"#)
    #expect(found.count == 1)
    #expect(found[0].contains("did you mean \"neural\"?"))
  }

  @Test func aConflictIsSilentWhereOneOfItsKeysIsWrongItself() {
    let found = JobDocuments.faults(
      adding: #""split": {"validation": "test"}, "training": {"refit": "trian"}"#)
    #expect(found.count == 1)
  }

  @Test func earlyStoppingNeedsValidationRows() {
    let fraction = #""split": {"validation_fraction": 0}"#
    let found = JobDocuments.faults(adding: fraction)
    #expect(found.count == 1)
    #expect(found[0].contains("at /split/validation_fraction: early stopping needs"))
    #expect(
      JobDocuments.faults(adding: fraction + #", "training": {"early_stopping": null}"#).isEmpty)
    #expect(
      JobDocuments.faults(
        adding: #""split": {"validation_fraction": 0, "validation": "test"}"#
      ).isEmpty)
  }

  @Test func aScaleHasItsEndsInOrder() {
    let scale = #""rating_scale": {"minimum": 5, "maximum": 1}"#
    let found = faults(dataset: "\"sources\": [\"a\"], \(scale)")
    #expect(found.count == 1)
    #expect(found[0].contains("at /dataset/rating_scale: \"minimum\" must be below \"maximum\""))
  }

  @Test(arguments: [
    ("ftp://example.org/a.zip", "the scheme \"ftp\" is unknown; use http, https, file or a path"),
    (
      "https://me:secret@example.org/a",
      "a URL must not hold a user name or password, which would be written to logs and results; "
        + "say in /dataset/auth where they are kept"
    ),
    ("https:///a.zip", "the URL names no host"),
  ])
  func aSourceThatCannotBeFetchedIsRefused(location: String, reason: String) {
    let found = faults(dataset: "\"sources\": [\"ok.zip\", \"\(location)\"]")
    #expect(found.count == 1)
    #expect(found[0].hasSuffix("at /dataset/sources/1: \(reason)"))
  }

  @Test(arguments: ["HTTPS://example.org/a@b", "file:///a.zip", "a:b.zip", "/a/b.zip", "../a"])
  func otherSourcesAreAccepted(location: String) {
    #expect(faults(dataset: "\"sources\": [\"\(location)\"]").isEmpty)
  }

  @Test func pathsHoldNoZeroCharacter() {
    #expect(faults(dataset: #""sources": ["a\u0000"]"#).count == 1)
    #expect(JobDocuments.faults(adding: #""output": {"directory": "a\u0000"}"#).count == 1)
    let cache = #""cache": {"directory": "a\u0000"}"#
    #expect(faults(dataset: "\"sources\": [\"a\"], \(cache)").count == 1)
  }
}
