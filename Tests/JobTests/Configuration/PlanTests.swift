import Publishing
import Ratings
import Recommenders
import Storage
import Testing

@testable import Job

@Suite struct PlanTests {
  @Test func onlyNameAndDatasetAreNeeded() throws {
    let plan = try JobDocuments.plan("{\(JobDocuments.leastMembers)}")
    #expect(plan == Plan(name: "least", sources: [SourceOptions("a.zip")]))
    #expect(plan.split == SplitOptions())
    var model = ModelOptions()
    model.factors = 50
    #expect(plan.model == model)
    #expect(plan.training.refit == .train)
    #expect(plan.output.directory == "out/least")
    #expect(plan.output.keepRuns == 14)
    #expect(plan.gates == GateOptions())
    #expect(plan.lockWaitSeconds == 0)
  }

  @Test func watchingTheHeldOutRowsLeavesNothingToRefit() throws {
    let plan = try JobDocuments.plan(adding: #""split": {"validation": "test"}"#)
    #expect(plan.training.refit == RefitPolicy.none)
  }

  @Test func everyKeyReachesItsProperty() throws {
    let plan = try JobDocuments.plan(Self.full)
    #expect(plan.name == "full.job_1")
    #expect(plan.dataset.sources.count == 2)
    #expect(plan.dataset.sources[0] == SourceOptions("https://data.example.org/r.zip"))
    #expect(plan.dataset.sources[1].location == "r.tar.gz")
    #expect(plan.dataset.sources[1].sha256?.hex.hasPrefix("abcdef") == true)
    #expect(plan.dataset.sha256?.hex.hasPrefix("012345") == true)
    #expect(plan.dataset.parsing.format == .movielensDAT)
    #expect(plan.dataset.ratings == "x/ratings.dat")
    #expect(plan.dataset.items.member == "x/movies.dat")
    #expect(plan.dataset.parsing.maxBadRows == 3)
    #expect(plan.dataset.parsing.duplicates == .mean)
    #expect(plan.dataset.parsing.ratingScale == RatingScale(minimum: 0.1, maximum: 5))
    #expect(plan.dataset.cache.directory == "/var/cache/recjob")
    #expect(plan.dataset.cache.allowStale)
    #expect(plan.split.strategy == .perUserTemporal)
    #expect(plan.split.testFraction == 0.2)
    #expect(plan.split.validation == .carve)
    #expect(plan.split.validationFraction == 0.05)
    #expect(plan.split.seed == 4_294_967_295)
    #expect(plan.model.type == .neural)
    #expect(plan.model.factors == 8)
    #expect(plan.model.hidden == [20, 10])
    #expect(plan.model.inputDropout == 0.1)
    #expect(plan.model.hiddenDropout == 0.2)
    #expect(plan.model.cold == .asTrained)
    #expect(plan.training.optimizer == .lazyAdam)
    #expect(plan.training.batchSize == 128)
    #expect(plan.training.maxEpochs == 9)
    #expect(plan.training.learningRate == 1e-3)
    #expect(plan.training.learningRateDecay == 0.9)
    #expect(plan.training.l2 == 0)
    #expect(plan.training.earlyStopping?.monitor == .validationLoss)
    #expect(plan.training.earlyStopping?.patience == 4)
    #expect(plan.training.earlyStopping?.minDelta == 0)
    #expect(plan.training.earlyStopping?.restoreBest == false)
    #expect(plan.training.refit == .all)
    #expect(plan.training.shuffle == false)
    #expect(plan.training.seed == 0)
    #expect(plan.recommend.k == 5)
    #expect(plan.recommend.minItemRatings == 2)
    #expect(plan.recommend.relevanceThreshold == 3.5)
    #expect(plan.export.formats == [.jsonl, .resp])
    #expect(plan.export.maxRowsPerFile == 1000)
    #expect(plan.export.redisPrefix == "shop")
    #expect(plan.export.compression == .gzip)
    #expect(plan.export.formulaPolicy == .escape)
    #expect(plan.output.directory == "/srv/out")
    #expect(plan.output.keepRuns == 2)
    #expect(plan.output.keepDays == 30)
    #expect(plan.gates.maxTestRMSE == 0.9)
    #expect(plan.gates.maxRMSEIncrease == 0.01)
    #expect(plan.gates.beatBaseline == .require)
    #expect(plan.gates.maxShrink == 1)
    #expect(plan.limits.threads == 2)
    #expect(plan.limits.memoryMB == 900)
    #expect(plan.lockWaitSeconds == 60)
    #expect(plan.compare?.map(\.name) == ["mine", "dot"])
    #expect(plan.compare?[1].changes["model"] == ["type": "dot", "factors": 4])
    #expect(plan.tune?.trials == 6)
    #expect(plan.tune?.seed == 3)
    #expect(plan.tune?.metric == .validationNDCG)
    #expect(plan.tune?.rungs == 2)
    #expect(plan.tune?.keep == 0.5)
    #expect(plan.tune?.ranges.map(\.path).prefix(2) == ["model.type", "model.factors"])
    #expect(plan.tune?.ranges[1].range == .interval(from: 2, to: 9, scale: .linear))
    #expect(plan.tune?.ranges[4].range == .interval(from: 0.001, to: 0.1, scale: .log))
  }

  @Test(arguments: [
    full, "{\(JobDocuments.leastMembers)}",
    "{\(JobDocuments.leastMembers), \"split\": {\"validation\": \"test\"}}",
    "{\(JobDocuments.leastMembers), \"training\": {\"early_stopping\": null, \"l2\": 1e-6}}",
    "{\(JobDocuments.leastMembers), \"model\": {\"type\": \"bias\"}}",
  ])
  func aPlanReadsBackAsItself(text: String) throws {
    let plan = try JobDocuments.plan(text)
    let again = try JobDocuments.plan(plan.json().prettyText())
    #expect(again == plan)
    #expect(again.planHash == plan.planHash)
  }

  @Test func thePlanWritesWhatIsLeftToTheSizeOfTheDataAsAuto() throws {
    let json = try JobDocuments.plan("{\(JobDocuments.leastMembers)}").json()
    #expect(json["training"]?["learning_rate"] == "auto")
    #expect(json["training"]?["l2"] == "auto")
    #expect(json["training"]?["optimizer"] == "auto")
    #expect(json["model"]?["link"] == "auto")
  }

  @Test func thePlanLeavesOutWhatHasNoMeaningForTheModel() throws {
    let model = try JobDocuments.plan(adding: #""model": {"type": "bias"}"#).json()["model"]
    #expect(model == ["type": "bias", "cold": "known-terms"])
  }

  @Test func theResultPlanHoldsWhatDeterminesTheBytesAndNothingElse() throws {
    let digest = SHA256Digest(of: "data")
    let plan = try JobDocuments.plan(Self.full)
    let result = plan.resultPlan(datasetDigest: digest)
    #expect(
      result.objectValue?.map(\.key)
        == ["dataset", "split", "model", "training", "recommend", "export"])
    #expect(
      result["dataset"]?.objectValue?.map(\.key) == [
        "sha256", "format", "ratings", "items", "max_bad_rows", "duplicates", "rating_scale",
        "filters",
      ])
    #expect(result["dataset"]?["sha256"]?.stringValue == digest.hex)
    #expect(result["training"] == plan.json()["training"])
  }

  @Test func aKeyOfTheExportThatIsNullIsNoPartOfTheResultPlan() throws {
    let plan = try JobDocuments.plan("{\(JobDocuments.leastMembers)}")
    #expect(plan.json()["export"]?["max_rows_per_file"] == .null)
    let result = plan.resultPlan(datasetDigest: SHA256Digest(of: ""))
    #expect(
      result["export"]?.objectValue?.map(\.key) == ["formats", "compression", "formula_policy"])
  }

  @Test func theKeysInRedisBearTheNameOfTheJob() throws {
    let plan = try JobDocuments.plan(adding: #""export": {"formats": ["resp"]}"#)
    #expect(plan.export.redisPrefix == "recjob:{least}")
    let prefix = plan.resultPlan(datasetDigest: SHA256Digest(of: ""))["export"]?["redis_prefix"]
    #expect(prefix == "recjob:{least}")
  }

  @Test func onlyWhatDeterminesTheBytesChangesTheResultPlanHash() throws {
    let digest = SHA256Digest(of: "data")
    let plan = try JobDocuments.plan("{\(JobDocuments.leastMembers)}")
    let hash = plan.resultPlanHash(datasetDigest: digest)
    var other = plan
    other.name = "other"
    other.dataset.sources = [SourceOptions("b.zip")]
    other.output.directory = "elsewhere"
    other.limits.threads = 3
    other.limits.memoryMB = 100
    other.gates.maxTestRMSE = 0.5
    other.lockWaitSeconds = 9
    #expect(other.resultPlanHash(datasetDigest: digest) == hash)
    #expect(other.planHash != plan.planHash)
    other = plan
    other.training.seed = 8
    #expect(other.resultPlanHash(datasetDigest: digest) != hash)
    #expect(plan.resultPlanHash(datasetDigest: SHA256Digest(of: "other")) != hash)
  }

  static let full = """
    {
      "name": "full.job_1",
      "dataset": {
        "sources": [
          "https://data.example.org/r.zip",
          {
            "url": "r.tar.gz",
            "sha256": "ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
          }
        ],
        "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "pin": "none", "format": "movielens-dat", "ratings": "x/ratings.dat",
        "items": "x/movies.dat", "max_bad_rows": 3, "duplicates": "mean",
        "rating_scale": {"minimum": 0.1, "maximum": 5},
        "cache": {"directory": "/var/cache/recjob", "allow_stale": true},
        "auth": {"type": "basic", "username": "me", "password": {"credential": "data-password"}},
        "limits": {
          "max_bytes": 1000000, "connect_seconds": 10, "stall_seconds": 0.5, "total_seconds": 900,
          "attempts": 3
        }
      },
      "split": {
        "strategy": "per-user-temporal", "test_fraction": 0.2, "validation": "carve",
        "validation_fraction": 0.05, "seed": 4294967295
      },
      "model": {
        "type": "neural", "factors": 8, "hidden": [20, 10],
        "dropout": {"input": 0.1, "hidden": 0.2}, "cold": "as-trained"
      },
      "training": {
        "optimizer": "lazy-adam", "schedule": "minibatch",
        "grid": {"user_blocks": 32, "item_blocks": 8}, "batch_size": 128, "max_epochs": 9, "learning_rate": 1e-3,
        "learning_rate_decay": 0.9, "l2": 0,
        "early_stopping": {
          "monitor": "validation-loss", "patience": 4, "min_delta": 0, "restore_best": false
        },
        "refit": "all", "shuffle": false, "seed": 0
      },
      "recommend": {"k": 5, "min_item_ratings": 2, "relevance_threshold": 3.5},
      "export": {
        "formats": ["jsonl", "resp"], "compression": "gzip", "formula_policy": "escape",
        "max_rows_per_file": 1000, "redis_prefix": "shop"
      },
      "output": {"directory": "/srv/out", "keep_runs": 2, "keep_days": 30, "min_age": 0.5},
      "gates": {
        "max_test_rmse": 0.9, "max_rmse_increase": 0.01, "beat_baseline": "require",
        "max_shrink": 1
      },
      "monitoring": {
        "metrics_file": "/metrics/full.prom",
        "ping": {"start": "https://ping.example.org/a", "failure": {"credential": "ping-failure"}},
        "open_lineage": {"namespace": "shop"}
      },
      "limits": {"threads": 2, "memory_mb": 900},
      "lock_wait_seconds": 60,
      "compare": [
        {"name": "mine"},
        {
          "name": "dot", "model": {"type": "dot", "factors": 4}, "training": {"l2": "auto"},
          "recommend": {"k": 4}
        }
      ],
      "tune": {
        "trials": 6, "seed": 3, "metric": "validation-ndcg", "rungs": 2, "keep": 0.5,
        "ranges": {
          "model.type": ["neural", "dot"], "model.factors": {"from": 2, "to": 9},
          "model.hidden": [[20], [20, 10]], "training.early_stopping": [null, {"patience": 2}],
          "training.learning_rate": {"from": 0.001, "to": 0.1, "scale": "log"}
        }
      }
    }
    """
}
