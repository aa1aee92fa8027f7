import Atomics
import NIOConcurrencyHelpers

/// The journal's background thread: fills ahead, recovers, tells about states.
final class Keeper: Sendable {
    typealias Listener = @Sendable (JournalState) -> Void

    private let core: JournalCore
    private let thread: JoinableThread
    private let listeners: NIOLockedValueBox<[Listener]>

    init(core: JournalCore) {
        self.core = core
        let listeners = NIOLockedValueBox<[Listener]>([])
        self.listeners = listeners
        thread = JoinableThread(name: "audit-keeper") {
            KeeperLoop(core: core, listeners: listeners).run()
        }
    }

    func addListener(_ listener: @escaping Listener) {
        listeners.withLockedValue { $0.append(listener) }
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
    let listeners: NIOLockedValueBox<[Keeper.Listener]>

    func run() {
        var isRefusing = false
        while true {
            let work = core.keeper.take(timeoutSeconds: timeout(isRefusing))
            if work.stops { return }
            work.changes.forEach(tell)
            if work.isRefusing {
                isRefusing = true
                continue
            }
            if isRefusing {
                isRefusing = core.recover() != nil
                if !isRefusing { tell(.open) }
                continue
            }
            watchFreeSpace()
            if let fill = work.fill { extend(fill.segment, to: fill.target) }
        }
    }

    private func timeout(_ isRefusing: Bool) -> Double? {
        isRefusing || watchesDisk ? core.configuration.retrySeconds : nil
    }

    private func tell(_ state: JournalState) {
        for listener in listeners.withLockedValue({ $0 }) { listener(state) }
    }

    private var watchesDisk: Bool {
        core.configuration.freeBytesMin > 0 || core.configuration.freeBytesLow > 0
    }

    private func watchFreeSpace() {
        guard watchesDisk, let free = try? core.system.freeBytes(core.configuration.directory)
        else { return }
        let settings = core.configuration
        core.isDiskLow.store(free < settings.freeBytesLow, ordering: .relaxed)
        if free < settings.freeBytesMin { return core.fail("only \(free) bytes are free") }
        let reserve = DiskReserve(
            system: core.system, layout: LogLayout(directory: settings.directory))
        if free > settings.freeBytesLow + 2 * Int64(settings.reserveBytes) {
            reserve.keep(settings.reserveBytes)
        }
    }

    /// Fills through a descriptor of its own, so that a sync error of the writer's stays the writer's.
    private func extend(_ segment: ActiveSegment, to target: Int64) {
        let newlines = [UInt8](repeating: UInt8(ascii: "\n"), count: Limits.fillChunkBytes)
        do throws(FileFault) {
            let own = try core.system.open(segment.path, .update)
            defer { core.system.close(own) }
            while segment.ready.load(ordering: .acquiring) < target {
                let goesOn = try segment.extendFill(
                    with: newlines, to: target, in: own, through: core.system)
                if !goesOn { return }
            }
            try core.system.sync(own)
        } catch {
            if error.errno != PosixFileSystem.noSpace { core.fail(error.reason) }
        }
    }
}
