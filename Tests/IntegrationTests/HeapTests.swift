import Foundation
import Testing

@testable import maxine

/// Long answers are blocks of their own, given back when they have been sent, so that they leave no holes in the heap.
@Suite struct HeapTests {
    @Test func largeBlocksAreGivenBackAlwaysAndNotOnlyUntilTheFirstIsFreed() throws {
        ProcessGuards.giveBackLargeBlocks()
        let large = ProcessGuards.largeBlockBytes
        // Without the setting the first block that is freed makes glibc keep all of its size.
        for _ in 0..<3 { #expect(try isOfItsOwn(large + 65_536)) }
        #expect(try isOfItsOwn(large))
        #expect(try !isOfItsOwn(large / 2), "what one write takes comes from the heap")
    }

    /// Whether the system gave a block for itself: glibc says so in the second bit of the size before it.
    private func isOfItsOwn(_ bytes: Int) throws -> Bool {
        let block = try #require(malloc(bytes))
        defer { free(block) }
        let size = (block - MemoryLayout<UInt>.size).load(as: UInt.self)
        return size & 2 != 0
    }
}
