import Foundation
import Ratings
import Recommenders
func tmpMain() async {
  let text = try! String(contentsOfFile: CommandLine.arguments[1], encoding: .utf8)
  var u: [UserIndex] = [], i: [ItemIndex] = [], v: [Float] = []
  var us: [Int] = [], its: [Int] = []
  for l in text.split(whereSeparator: { $0 == "\n" || $0 == "\r\n" }).dropFirst() {
    let p = l.split(separator: ","); us.append(Int(p[0])!); its.append(Int(p[1])!);
    v.append(Float(p[2])!)
  }
  let uu = Set(us).sorted(), ii = Set(its).sorted()
  let um = Dictionary(uniqueKeysWithValues: uu.enumerated().map { ($1, $0) }),
    im = Dictionary(uniqueKeysWithValues: ii.enumerated().map { ($1, $0) })
  u = us.map { UserIndex(um[$0]!) }; i = its.map { ItemIndex(im[$0]!) }
  let all = RatingColumns(users: u, items: i, values: v)
  let heldOut = RandomSplit.heldOutRows(count: all.count, testFraction: 0.1, seed: 42)
  let h = Set(heldOut)
  let train = all.selecting((0..<Int32(all.count)).filter { !h.contains($0) }),
    test = all.selecting(heldOut.sorted())
  for seed in [UInt32(0), 1, 2] {
    for type in CommandLine.arguments[2].split(separator: ",").map({
      ModelType(rawValue: String($0))!
    }) {
      var m = ModelOptions(); m.type = type; m.cold = .asTrained
      var t = TrainingOptions(); t.seed = seed; t.maxEpochs = Int(CommandLine.arguments[3])!;
      t.earlyStopping = nil
      if CommandLine.arguments.count > 4 {
        t.optimizer = OptimizerType(rawValue: CommandLine.arguments[4])!
      }
      if CommandLine.arguments.count > 5 { t.learningRate = Double(CommandLine.arguments[5])! }
      if CommandLine.arguments.count > 6 { t.l2 = Double(CommandLine.arguments[6])! }
      if CommandLine.arguments.count > 7 { m.link = .identity }
      let r = ResolvedTraining(t, model: m, ratings: train.count, watchesHeldOut: true)
      let tr = Trainer(
        model: m, training: t, resolved: r, users: uu.count, items: ii.count,
        scale: RatingScale(minimum: 0.5, maximum: 5))
      let c = ContinuousClock(); var last = c.now
      print(type, seed)
      do {
        let result = try tr.train(on: train, validation: test) { e in
          let n = c.now; print(e.epoch, e.trainLoss, e.validationRMSE ?? 0, n - last); last = n
        }
        if type == .bias {
          let rr =
            (0..<test.count).map {
              pow(
                Double(
                  result.model.predictedRating(of: test.items[$0], by: test.users[$0])
                    - test.values[$0]), 2)
            }.reduce(0, +) / Double(test.count);
          print("rmse", rr.squareRoot())
        }
      } catch { print(error) }
    }
  }
}
