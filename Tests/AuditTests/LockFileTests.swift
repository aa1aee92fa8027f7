import Audit
import Glibc
import Support
import Testing

@Suite struct LockFileTests {
    /// As a child has one between its start and its own program.
    @Test func aLockGoesWithItsHolderWhateverCopiesOfItsDescriptorThereAre() throws {
        let folder = try TestFolder()
        let system = PosixFileSystem()
        let path = folder.path("lock")
        let held = try #require(try system.lock(path))
        let copy = dup(held.descriptor)
        defer { close(copy) }
        let second = try system.lock(path)
        #expect(second == nil, "it is held")
        system.close(held)
        let next = try #require(try system.lock(path))
        system.close(next)
    }
}
