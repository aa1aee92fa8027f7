import Testing
import NIOEmbedded
@testable import Wire
@Test func a() {}
