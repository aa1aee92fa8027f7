import Glibc

/// The steps from a folder to a journal that takes records.
struct JournalOpening {
    let configuration: JournalConfiguration
    let system: any FileSystem

    func open(
        replay: (ReplayedRecord) throws -> Void
    ) throws(AuditError) -> (JournalCore, OpenedLog) {
        let lockFile = try lockFolder()
        do throws(AuditError) {
            var log = try read(replay)
            log.acceptedLoss = try acceptedLoss(in: log)
            let watch = LogWatch(
                system: system, layout: layout, log: log, lock: try? system.facts(of: lockFile))
            let writer = try startWriter(after: log, watch)
            let core = JournalCore(
                configuration: configuration, system: system, writer: writer, watch: watch,
                lockFile: lockFile)
            return (core, log)
        } catch {
            system.close(lockFile)
            throw error
        }
    }

    private var layout: LogLayout { LogLayout(directory: configuration.directory) }

    private func lockFolder() throws(AuditError) -> OpenFile {
        do throws(FileFault) {
            try system.createDurableFolder(layout.segments)
            try system.syncEntry(of: layout.directory)
            try system.syncFolder(layout.directory)
            if let file = try system.lock(layout.lock) { return file }
        } catch {
            throw error.asAuditError
        }
        throw .locked(path: layout.directory)
    }

    private func read(
        _ replay: (ReplayedRecord) throws -> Void
    ) throws(AuditError) -> OpenedLog {
        // What was lost is told by all that is left.
        let seals = configuration.known.acceptedReason == nil ? configuration.seals : nil
        let opener = LogOpener(
            system: system, layout: layout,
            seals: seals.map { SealFolder(system: system, layout: layout, settings: $0) },
            ownKeys: configuration.ownKeys)
        let known = configuration.known
        let result = withoutActuallyEscaping(replay) { replay in
            Result { () throws(AuditError) in try opener.open(known: known, replay: replay) }
        }
        return try result.get()
    }

    /// Refuses a log that lacks what others know of, unless an operator goes on without it.
    private func acceptedLoss(in log: OpenedLog) throws(AuditError) -> LogLoss? {
        let loss = configuration.known.loss(in: log)
        guard configuration.known.acceptedReason != nil else {
            if let loss { throw .lost(path: layout.directory, loss) }
            return nil
        }
        guard let loss else { throw .nothingLost(path: layout.directory) }
        return loss
    }

    private func startWriter(
        after log: OpenedLog, _ watch: LogWatch
    ) throws(AuditError) -> LogWriter {
        let writer = LogWriter(
            system: system, configuration: configuration, tree: log.tree, lastTime: log.lastTime)
        do throws(FileFault) {
            if let last = log.last { try resume(last, in: writer) }
            var records = [SystemRecord.started(configuration)]
            if let cut = log.cut { records.insert(SystemRecord.recovered(cut), at: 0) }
            if let loss = log.acceptedLoss, let reason = configuration.known.acceptedReason {
                records.append(SystemRecord.loss(loss, reason: reason, by: geteuid()))
            }
            let retired = try writer.commit(
                [], system: records, nowNanoseconds: configuration.clock())
            if let retired { try watch.retire(retired) }
            return writer
        } catch {
            writer.abandon()
            throw error.asAuditError
        }
    }

    private func resume(_ last: OpenedLog.Last, in writer: LogWriter) throws(FileFault) {
        let path = layout.segment(last.name)
        let file = try system.open(path, .update)
        let facts = try system.facts(of: file)
        writer.resume(
            ActiveSegment(
                name: last.name, path: path, file: file, facts: facts, start: last.start,
                ready: facts.size),
            acknowledged: LogWriter.Acknowledged(
                segmentName: last.name, end: last.end, commit: last.commit))
    }
}
