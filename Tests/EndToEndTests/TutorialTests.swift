#if !DEBUG
  import Storage
  import TestSupport
  import Testing

  /// The tutorial's models at its settings, on the dataset it used. Without the optimizer the
  /// training would take minutes.
  @Suite(.serialized) struct TutorialTests {
    /// The watched rows are the held-out rows, so that the validation RMSE is the tutorial's.
    private func heldOutErrors(_ version: String, seed: Int) throws -> [Double] {
      let directory = try TemporaryDirectory()
      let outcome = try BuiltProgram.run(
        [
          "run", "\(Project.jobs)/tutorial-\(version).json", "--output", directory.path("out"),
          "--set", "training.seed=\(seed)", "--quiet",
        ], in: directory.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("optimistic"))
      let errors = try PublishedRun(directory.path("out")).history("validation_rmse")
      try #require(errors.count == 5)
      return errors
    }

    @Test(arguments: 0...2) func theDotProduct(seed: Int) throws {
      let errors = try heldOutErrors("v1", seed: seed)
      #expect((1.09...1.12).contains(errors[4]), "\(errors)")
    }

    @Test(arguments: 0...2) func theBiasedDotProduct(seed: Int) throws {
      let errors = try heldOutErrors("v2", seed: seed)
      #expect((0.850...0.858).contains(try #require(errors.min())), "\(errors)")
      #expect((0.860...0.870).contains(errors[4]), "\(errors)")
    }

    @Test(arguments: 0...2) func theNeuralNetwork(seed: Int) throws {
      let errors = try heldOutErrors("v3", seed: seed)
      #expect((0.878...0.886).contains(try #require(errors.min())), "\(errors)")
    }

    @Test(arguments: 0...2) func theLogisticDotProduct(seed: Int) throws {
      let errors = try heldOutErrors("v4", seed: seed)
      #expect((0.850...0.856).contains(try #require(errors.min())), "\(errors)")
    }
  }
#endif
