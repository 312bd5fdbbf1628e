import Storage
import Testing

@Suite struct JSONPointerTests {
  @Test func slashesAndTildesInKeysAreEscaped() {
    let pointer = JSONPointer().appending("a/b").appending("m~n").appending(0)
    #expect(pointer.description == "/a~1b/m~0n/0")
    #expect(JSONPointer(text: "/a~1b/m~0n/0") == pointer)
  }

  @Test func theWholeDocumentHasTheEmptyPointer() {
    #expect(JSONPointer().description == "")
    #expect(JSONPointer(text: "") == JSONPointer())
    #expect(JSONPointer(text: "/") == JSONPointer([""]))
    #expect(JSONPointer(text: "a") == nil)
  }

  @Test func anEscapedTildeBeforeAOneStaysATilde() {
    #expect(JSONPointer(text: "/~01")?.tokens == ["~1"])
    #expect(JSONPointer(["~1"]).description == "/~01")
  }
}
