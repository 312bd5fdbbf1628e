/// The stages of a run, in their order.
public enum Stage: String, CaseIterable, Sendable {
  /// The job file is read and checked.
  case plan
  /// The output directory is taken for this run alone.
  case lock
  /// The dataset is fetched and verified.
  case fetch
  /// The archive's members are read as a stream and parsed; ids are encoded.
  case read
  /// Held-out and validation rows are chosen.
  case split
  /// The model and the baseline are trained.
  case train
  /// The model is measured on the held-out rows.
  case evaluate
  /// The users' lists are computed.
  case recommend
  /// It is decided whether the result may be published.
  case gate
  /// The lists are written.
  case export
  /// The model is written and packed.
  case bundle
  /// The run becomes the latest.
  case publish
}
