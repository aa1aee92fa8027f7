/// Verifies a whole log and cuts off what was never acknowledged.
struct LogOpener {
    let system: any FileSystem
    let layout: LogLayout
    /// The seals by which full segments need not be read.
    var seals: SealFolder?
    /// The keys that the log's own marks are verified by: all that it ever had.
    var ownKeys: [VerifierKey] = []

    var folder: SegmentFolder { SegmentFolder(system: system, layout: layout) }

    /// Reads every segment that no seal tells of; damage before the last commit line is refused.
    func open(
        known: KnownLog, replay: @escaping (ReplayedRecord) throws -> Void
    ) throws(AuditError) -> OpenedLog {
        var log = OpenedLog()
        var visitor = ReplayVisitor(replay, anchoredSizes: Set(known.ends.map(\.size)))
        let names = try takePruned(segmentNames(&log), into: &log, &visitor)
        for (index, name) in names.enumerated() {
            let next = names.dropFirst(index + 1).first
            let isTold = try next.map { next throws(AuditError) in
                adopt(name, before: next, known, into: &log, &visitor)
            }
            if isTold != true { try read(name, isLast: next == nil, into: &log, visitor: &visitor) }
            if let failure = visitor.failure { throw failure }
        }
        let strangers = Strangers(system: system, layout: layout, names: log.strangers)
        if let name = strangers.continuation(of: log.tree) {
            throw .damaged(file: layout.segment(name), line: 1, why: Strangers.reason)
        }
        try checkRecord(of: log, visitor)
        do throws(FileFault) {
            try removeLeftovers(of: log)
        } catch {
            throw error.asAuditError
        }
        log.openIntents = visitor.openIntents
        log.roots = visitor.roots
        return log
    }

    /// The segments' names; what else lies beside them is noted and left alone.
    private func segmentNames(_ log: inout OpenedLog) throws(AuditError) -> [String] {
        do throws(FileFault) {
            let contents = try folder.contents()
            log.strangers = contents?.strangers ?? []
            return contents?.segments ?? []
        } catch {
            throw error.asAuditError
        }
    }

    private func read(
        _ name: String, isLast: Bool, into log: inout OpenedLog, visitor: inout ReplayVisitor
    ) throws(AuditError) {
        guard SegmentName.parse(name) == log.tree.size + 1 else {
            throw .damaged(
                file: folder.path(of: name), line: 1,
                why: SegmentName.due(log.tree.size + 1))
        }
        do {
            let segment = try folder.open(name)
            // What is packed is never written again: the log goes on behind it.
            let isWritten = isLast && segment.form == .plain
            let facts = try segment.facts()
            visitor.begin(log.tree.size + 1, keepingChanges: !isLast && seals?.canSign == true)
            var scanner = SegmentScanner(continuing: log.tree)
            let end = try scanner.scan(segment, visitor: &visitor)
            let damage = Self.damage(end, scanner, isLast: isWritten)
            if !isWritten || end == .clean, let damage {
                throw AuditError.damaged(
                    file: segment.path, line: damage.line, why: damage.why)
            }
            if isWritten { log.cut = try cut(name, scanner, end) }
            note(name, segment.form, facts, scanner, isLast: isWritten, in: &log)
            if !isLast { seal(scanner, visitor, in: &log) }
        } catch let fault as FileFault {
            throw fault.asAuditError
        } catch let error as AuditError {
            throw error
        } catch {
            throw .io(operation: "read", path: layout.segment(name), errno: 0)
        }
    }

    private func note(
        _ name: String, _ form: SegmentForm, _ facts: FileFacts, _ scanner: SegmentScanner,
        isLast: Bool, in log: inout OpenedLog
    ) {
        let start = log.tree
        log.tree = scanner.tree
        guard let commit = scanner.lastCommit else { return }
        let end = scanner.committed.offset
        log.lastTime = scanner.lastTime
        if isLast {
            log.last = OpenedLog.Last(name: name, end: end, commit: commit, start: start)
        } else {
            log.sealed.append(
                KnownSegment(
                    name: name, form: form, facts: facts, start: start, end: end,
                    commit: commit, isSealed: true))
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
