import Foundation
import Testing

@testable import Job

@Suite(.timeLimit(.minutes(5))) struct BoundedWorkTests {
  @Test func whatIsInTimeIsReturned() async {
    #expect(await BoundedWork { 7 }.value(within: 60) == 7)
    #expect(await BoundedWork { String?.none }.value(within: 60) == .some(nil))
  }

  @Test func whatIsLateIsNotWaitedFor() async {
    let end = DispatchSemaphore(value: 0)
    let work = BoundedWork { end.wait() }
    #expect(await work.value(within: 0.05) == nil)
    end.signal()
  }
}
