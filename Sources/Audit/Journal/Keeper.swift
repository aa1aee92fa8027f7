import Synchronization

/// The journal's background thread: fills ahead and recovers.
final class Keeper: Sendable {
    private let core: JournalCore
    private let thread: JoinableThread

    init(core: JournalCore) {
        self.core = core
        thread = JoinableThread(name: "audit-keeper") { KeeperLoop(core: core).run() }
    }

    /// Ends the thread and waits for it.
    func stop() {
        core.keeper.stop()
        thread.join()
    }
}

/// What the keeper's thread does.
struct KeeperLoop {
    let core: JournalCore

    func run() {
        var isRefusing = false
        while true {
            let work = core.keeper.take(timeoutSeconds: timeout(isRefusing))
            if work.stops { return }
            if work.isRefusing {
                isRefusing = true
                continue
            }
            if isRefusing {
                isRefusing = core.recover() != nil
                continue
            }
            watchFreeSpace()
            if let fill = work.fill { extend(fill.segment, to: fill.target) }
        }
    }

    private func timeout(_ isRefusing: Bool) -> Double? {
        isRefusing || core.configuration.freeBytesMin > 0 ? core.configuration.retrySeconds : nil
    }

    private func watchFreeSpace() {
        guard core.configuration.freeBytesMin > 0 else { return }
        let free = try? core.system.freeBytes(core.configuration.directory)
        if let free, free < core.configuration.freeBytesMin {
            core.fail("only \(free) bytes are free")
        }
    }

    /// Fills through a descriptor of its own, so that a sync error of the writer's stays the writer's.
    private func extend(_ segment: ActiveSegment, to target: Int64) {
        let newlines = [UInt8](repeating: UInt8(ascii: "\n"), count: Limits.fillChunkBytes)
        do throws(FileFault) {
            let target = try affordable(target, of: segment)
            guard segment.ready.load(ordering: .acquiring) < target else { return }
            let own = try core.system.open(segment.path, .update)
            defer { core.system.close(own) }
            while segment.ready.load(ordering: .acquiring) < target {
                let goesOn = try segment.extendFill(
                    with: newlines, to: target, in: own, through: core.system)
                if !goesOn { return }
            }
            try core.system.sync(own)
        } catch {
            // A log that can't be filled ahead can still be written.
            if error.errno != PosixFileSystem.noSpace, !error.isOfThisProcess {
                core.fail(error.reason)
            }
        }
    }

    /// How far to fill: what is free beyond what is watched over is left to the records themselves.
    private func affordable(
        _ target: Int64, of segment: ActiveSegment
    ) throws(FileFault) -> Int64 {
        let kept = core.configuration.freeBytesMin
        guard kept > 0 else { return target }
        let free = try core.system.freeBytes(core.configuration.directory)
        let room = max(0, free / 2 - kept)
        return min(target, segment.ready.load(ordering: .acquiring) + room)
    }
}
