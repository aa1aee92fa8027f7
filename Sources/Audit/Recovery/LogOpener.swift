/// Verifies a whole log and cuts off what was never acknowledged.
struct LogOpener {
    let system: any FileSystem
    let layout: LogLayout

    /// Reads every segment; damage before the last commit line is refused.
    func open(replay: @escaping (ReplayedRecord) throws -> Void) throws(AuditError) -> OpenedLog {
        var log = OpenedLog()
        var visitor = ReplayVisitor(replay)
        let checkpoint = try LogEvidence.checkpoint(in: layout.checkpoint, system)
        if let checkpoint { log.trail.wantedRoots = [checkpoint.checkpoint.size] }
        let contents = try LogContents.list(system: system, layout: layout)
        if let name = contents?.unknown {
            throw AuditError.damaged(
                file: layout.segment(name), line: 0, why: "no segment of a log has this name")
        }
        log.tree = contents?.start ?? MerkleTree()
        log.startSize = log.tree.size
        let segments = contents?.segments ?? []
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            try read(segment, isLast: isLast, into: &log, visitor: &visitor)
            if let failure = visitor.failure { throw failure }
        }
        if let checkpoint { try check(checkpoint.checkpoint, log) }
        log.openIntents = visitor.openIntents
        return log
    }

    /// A log that ends before its own checkpoint was cut: what is acknowledged is missing.
    private func check(_ checkpoint: Checkpoint, _ log: OpenedLog) throws(AuditError) {
        let file = log.last.map { layout.segment($0.name) } ?? layout.segments
        if checkpoint.size > log.tree.size {
            throw .damaged(
                file: file, line: log.lastLine,
                why: "the log ends here with record \(log.tree.size), its checkpoint covers "
                    + "\(checkpoint.size): newest records were cut off")
        }
        guard
            checkpoint.size <= log.startSize
                || log.trail.roots[checkpoint.size] == checkpoint.root
        else {
            throw .damaged(
                file: file, line: log.lastLine,
                why: "at \(checkpoint.size) records the log has another root than its checkpoint")
        }
    }

    private func read(
        _ segment: SegmentEntry, isLast: Bool, into log: inout OpenedLog,
        visitor: inout ReplayVisitor
    ) throws(AuditError) {
        let name = segment.name
        guard segment.firstSequence == log.tree.size + 1 else {
            throw .damaged(
                file: layout.segment(name), line: 1,
                why: "the log continues with record \(log.tree.size + 1), this segment does not")
        }
        do {
            var scanner = SegmentScanner(continuing: log.tree, trail: log.trail)
            let end = try scanner.scan(
                try SegmentFile(segment, system: system, layout: layout), visitor: &visitor)
            if !isLast || segment.isArchived || end == .clean,
                let damage = Self.damage(end, scanner, isLast: isLast)
            {
                throw AuditError.damaged(
                    file: layout.segment(name), line: damage.line, why: damage.why)
            }
            if isLast, !segment.isArchived { log.cut = try cut(name, scanner, end) }
            log.tree = scanner.tree
            log.trail = scanner.trail
            log.lastLine = scanner.committed.linesBefore
            if let commit = scanner.lastCommit {
                log.lastTime = scanner.lastTime
                log.last = OpenedLog.Last(
                    name: name, end: scanner.committed.offset, commit: commit,
                    isArchived: segment.isArchived)
            }
        } catch let fault as FileFault {
            throw fault.asAuditError
        } catch let error as AuditError {
            throw error
        } catch {
            throw .io(operation: "read", path: layout.segment(name), errno: 0)
        }
    }

    private static func damage(
        _ end: ScanEnd, _ scanner: SegmentScanner, isLast: Bool
    ) -> (line: Int, why: String)? {
        switch end {
        case .broken(let line, let reason): (line, reason)
        case .clean:
            scanner.lastCommit == nil && !isLast ? (1, "the segment has no records") : nil
        }
    }

    /// Cuts the tail off if it is what a crash left of one batch, else refuses.
    private func cut(
        _ name: String, _ scanner: SegmentScanner, _ end: ScanEnd
    ) throws -> CutTail? {
        let start = scanner.committed.offset
        guard case .broken(let line, let reason) = end else {
            if scanner.lastCommit == nil { try discard(name) }
            return nil
        }
        let file = try system.open(layout.segment(name), .update)
        defer { system.close(file) }
        let count = try system.size(file) - start
        guard count <= Limits.tailBytesMax else {
            throw AuditError.damaged(
                file: layout.segment(name), line: line, why: "the uncommitted tail is too long")
        }
        let tail = try system.readRange(file, from: start, count: Int(count))
        guard TornTail.isTorn(tail, at: start) else {
            throw AuditError.damaged(file: layout.segment(name), line: line, why: reason)
        }
        let quarantine = Quarantine(system: system, layout: layout)
        let cut = try quarantine.keep(tail, of: name, at: start)
        if scanner.lastCommit == nil {
            try discard(name)
        } else {
            try system.truncate(file, to: start)
            try system.sync(file)
        }
        return cut
    }

    private func discard(_ name: String) throws(FileFault) {
        try system.remove(layout.segment(name))
        try system.syncFolder(layout.segments)
    }
}
