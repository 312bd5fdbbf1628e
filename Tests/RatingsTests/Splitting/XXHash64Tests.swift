import Testing

@testable import Ratings

@Suite struct XXHash64Tests {
  static let prime32: UInt64 = 2_654_435_761

  /// The bytes that the sanity check of the reference implementation hashes.
  static func sanityBytes(_ count: Int) -> [UInt8] {
    var generator = prime32
    return (0..<count).map { _ in
      defer { generator &*= 11_400_714_785_074_694_797 }
      return UInt8(generator >> 56)
    }
  }

  @Test(
    arguments: [
      (0, 0xef46_db37_51d8_e999, 0xac75_fda2_929b_17ef),
      (1, 0xe934_a84a_db05_2768, 0x5014_6076_43a9_b4c3),
      (3, 0xff7e_1959_cb50_794a, 0xaa85_84e8_3660_f7d1),
      (4, 0x9136_a0dc_a574_57ee, 0xcaab_286b_d8e9_fdb5),
      (8, 0xcdbc_f538_e71d_1348, 0xfe0c_047a_5353_cdac),
      (14, 0x8282_dcc4_994e_35c8, 0xc3bd_6bf6_3deb_6df0),
      (31, 0x299b_39a2_90e6_d783, 0xda67_3d5f_eb5c_1d79),
      (32, 0x18b2_1649_2bb4_4b70, 0xb3f3_3bdf_93ad_e409),
      (33, 0x55c8_dc3e_578f_5b59, 0xe92c_292f_64bc_3071),
      (40, 0x23b3_810d_7d8b_1731, 0x5a57_f246_772b_c540),
      (101, 0xa51e_a210_1b2d_114c, 0x6b38_a5bb_ba1f_049c),
      (222, 0xb641_ae8c_b691_c174, 0x20cb_8ab7_ae10_c14a),
    ] as [(Int, UInt64, UInt64)])
  func hashesAsTheReferenceImplementation(count: Int, seedless: UInt64, seeded: UInt64) {
    let bytes = Self.sanityBytes(count)
    #expect(XXHash64.hash(bytes, seed: 0) == seedless)
    #expect(XXHash64.hash(bytes, seed: Self.prime32) == seeded)
  }

  @Test func aRangeHashesAsItsBytes() {
    let bytes = Self.sanityBytes(100)
    #expect(
      XXHash64.hash(bytes, in: 7..<60, seed: 3) == XXHash64.hash(Array(bytes[7..<60]), seed: 3))
    #expect(XXHash64.hash(Array("abc".utf8), seed: 0) == 0x44bc_2cf5_ad77_0999)
  }
}
