import Kernels
import Recommenders

extension JobSchema {
  static let stack = ObjectSchema(
    StackOptions(),
    [
      Field(
        "folds", \StackOptions.folds, .integer(2...20),
        "The number of parts of the training rows. What the models predict for one, they learnt from "
          + "the others, so that each model is trained once more for every part."),
      Field(
        "trees", \StackOptions.trees.trees, .integer(1...TreeEnsemble.mostTrees),
        "The number of trees."),
      Field(
        "learning_rate", \StackOptions.trees.learningRate, .number(.properFraction),
        "The share of what a tree found that is added."),
      Field(
        "leaves", \StackOptions.trees.leaves, .integer(2...TreeEnsemble.mostLeaves),
        "The most leaves of a tree."),
      Field(
        "min_leaf_ratings", \StackOptions.trees.leastRows, .integer(1...1_000_000),
        "The fewest training ratings of a leaf."),
      Field(
        "damping", \StackOptions.trees.damping, .number(.notNegative),
        "What is added to the number of a leaf's ratings when their mean residual is taken."),
    ])
}
