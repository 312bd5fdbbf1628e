import Recommenders
import Storage
import TestSupport
import Testing

@testable import Publishing

@Suite struct ModelCardTests {
  private func card(_ configuration: ModelConfiguration) throws -> String {
    let directory = try TemporaryDirectory()
    try TinyBundle.bundle(configuration).write(to: directory.path("model"))
    return try FileSystem.readText(directory.path("model/README.md"))
  }

  @Test func theCardSaysWhatTheModelIsAndHowGood() throws {
    let text = try card(TinyBundle.configuration())
    for line in [
      "A `biased-dot` model, made by recjob. It predicts how a user would rate an item that",
      "| 3 | 4 | 7 | 0.5 | 5 |",
      "    key = p_u . q_i + b_u + c_i; rating = r_min + (r_max - r_min) * sigmoid(key)",
      "| learning_rate | 0.001 |", "| test.rmse | 0.75 |",
      "The parameters were trained without the held-out ratings.",
    ] {
      #expect(text.split(separator: "\n").contains(Substring(line)), "\(line)")
    }
  }

  @Test(arguments: TinyBundle.configurations)
  func theCardCarriesAReaderOfItsOwnModel(configuration: ModelConfiguration) throws {
    let text = try card(configuration)
    #expect(text.contains("def lists(bundle_directory, k):"))
    #expect(text.contains("def keys(config, tensors, users, items, u):"))
    #expect(text.contains("user_bias\"][u]") == configuration.type.hasBiases)
    #expect(text.contains("dense_{n}_kernel") == (configuration.type == .neural))
  }
}
