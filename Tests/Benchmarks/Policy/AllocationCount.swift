import CAllocationCount
import Glibc

/// Counts allocations of the whole program.
enum AllocationCount {
    static var now: Int { allocation_count() }

    /// Whether counting works here: one allocation of ours and one of the Swift runtime's are seen.
    static var isTrusted: Bool {
        let before = now
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: 100 + Int(getpid() & 7), alignment: 8)
        let middle = now
        let box = Box()
        kept = box
        let after = now
        block.deallocate()
        return middle > before && after > middle
    }

    nonisolated(unsafe) private static var kept: Box?

    private final class Box { var value = getpid() }
}
