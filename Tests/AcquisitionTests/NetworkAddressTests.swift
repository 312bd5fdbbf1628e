import Testing

@testable import Acquisition

@Suite struct NetworkAddressTests {
  @Test(
    arguments: [
      "127.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.1",
      "0.0.0.0", "100.64.0.1", "224.0.0.1", "::", "::1", "fe80::1%eth0", "fd12:3456::1",
      "::ffff:127.0.0.1", "::ffff:a00:1", "0:0:0:0:0:0:0:1", "64:ff9b::10.0.0.1",
    ])
  func innerAddressesArePrivate(address: String) {
    #expect(NetworkAddress.isPrivate(literal: address) == true)
  }

  @Test(
    arguments: [
      "8.8.8.8", "172.32.0.1", "172.15.0.1", "192.169.0.1", "100.128.0.1", "2001:4860::8888",
      "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
    ])
  func outerAddressesAreNot(address: String) {
    #expect(NetworkAddress.isPrivate(literal: address) == false)
  }

  @Test(arguments: [
    "localhost", "a.localhost", "LOCALHOST.", "[::1]", "127.1", "2130706433", "0x7f.1",
  ])
  func otherWaysToWriteThisMachineArePrivateToo(host: String) {
    #expect(NetworkAddress.isPrivate(host: host))
  }

  @Test(arguments: ["example.org", "1.2.3", "256.1.1.1", "01.2.3.4", "1::2::3", "1:2", ":::"])
  func otherTextIsNoAddress(text: String) {
    #expect(NetworkAddress.isPrivate(literal: text) == nil)
  }
}
