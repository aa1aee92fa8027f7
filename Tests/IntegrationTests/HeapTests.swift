import Foundation
import Testing

@testable import maxine

/// Long answers are blocks of their own, given back when they have been sent, so that they leave no holes in the heap.
@Suite struct HeapTests {
    @Test func largeBlocksAreGivenBackAlwaysAndNotOnlyUntilTheFirstIsFreed() throws {
        ProcessGuards.giveBackLargeBlocks()
        let large = ProcessGuards.largeBlockBytes
        let holes = try fillHoles(of: large)
        defer { for hole in holes { free(hole) } }
        // Without the setting the first block that is freed makes glibc keep all of its size.
        for _ in 0..<3 { #expect(try isOfItsOwn(large + 65_536)) }
        #expect(try isOfItsOwn(large))
        #expect(try !isOfItsOwn(large / 2), "what one write takes comes from the heap")
    }

    /// Takes what other tests have left free in the heap, where a large block would find its place first.
    private func fillHoles(of bytes: Int) throws -> [UnsafeMutableRawPointer] {
        var taken: [UnsafeMutableRawPointer] = []
        while taken.count < 4096 {
            let block = try #require(malloc(bytes))
            taken.append(block)
            if isOfItsOwn(block) { break }
        }
        return taken
    }

    /// Whether the system gave a block for itself.
    private func isOfItsOwn(_ bytes: Int) throws -> Bool {
        let block = try #require(malloc(bytes))
        defer { free(block) }
        return isOfItsOwn(block)
    }

    /// Glibc says so in the second bit of the size before it.
    private func isOfItsOwn(_ block: UnsafeMutableRawPointer) -> Bool {
        (block - MemoryLayout<UInt>.size).load(as: UInt.self) & 2 != 0
    }
}
