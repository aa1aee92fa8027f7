/// Going on where the oldest segments were taken away.
extension LogOpener {
    /// Takes what is left of segments that are gone, and gives the names of those that are not.
    ///
    /// INVARIANT: a log begins behind its first record only where a key of it signed that it does, and the record that says so stands in the
    /// rest of it, see ``checkRecord(of:_:)``. Anything else is a log whose head was cut off.
    func takePruned(
        _ names: [String], into log: inout OpenedLog, _ visitor: inout ReplayVisitor
    ) throws(AuditError) -> [String] {
        guard let mark = head.mark(.by(ownKeys)) else { return names }
        var digest = PrunedMark.noSeals
        while log.tree.size < mark.tree.size {
            let name = SegmentName.make(firstSequence: log.tree.size + 1)
            guard let (seal, text) = remains.left(of: name), seal.start == log.tree.end,
                seal.tree.size <= mark.tree.size, let lines = remains.changes(of: seal),
                let records = SegmentChanges.records(of: lines)
            else { throw missing(name) }
            guard seal.lastOfCatalogue <= storedSequence else { throw catalogueMissing(seal) }
            digest = PrunedMark.digest(digest, with: text)
            visitor.take(seal, records)
            log.unreadRecords += seal.tree.size - seal.start.size
            log.tree = seal.tree
            log.lastTime = seal.lastTime
        }
        guard log.tree.end == mark.tree.end, digest == mark.seals else {
            throw .damaged(
                file: layout.pruned, line: 0,
                why: "the seals of the segments that are gone are not those that it tells of")
        }
        log.pruned = mark
        // An act that was ended too soon left them.
        log.leftovers = names.filter { SegmentName.parse($0) ?? 0 <= mark.tree.size }
        return names.filter { SegmentName.parse($0) ?? 0 > mark.tree.size }
    }

    /// Refuses a mark that the log itself knows nothing of.
    func checkRecord(of log: OpenedLog, _ visitor: ReplayVisitor) throws(AuditError) {
        guard let mark = log.pruned, !visitor.prunings.contains(where: { $0.tells(mark) }) else {
            return
        }
        throw .damaged(
            file: layout.pruned, line: 0,
            why: "record \(mark.record) does not say that the records up to \(mark.tree.size) were"
                + " taken away")
    }

    /// Takes away what an act that was ended too soon has left.
    func removeLeftovers(of log: OpenedLog) throws(FileFault) {
        guard !log.leftovers.isEmpty else { return }
        try folder.remove(log.leftovers)
    }

    private var head: PrunedHead { PrunedHead(system: system, layout: layout) }

    private var remains: SealFolder {
        SealFolder(
            system: system, layout: layout,
            settings: SealSettings(storedSequence: storedSequence) {
                SealKeys(signing: [], believed: [])
            })
    }

    private var storedSequence: UInt64 { seals?.settings.storedSequence ?? .max }

    private func missing(_ name: String) -> AuditError {
        .damaged(
            file: layout.seal(of: name), line: 0,
            why: "this is what is left of a segment that was taken away, and it is not there as it"
                + " was; put it back from a copy")
    }

    private func catalogueMissing(_ seal: Seal) -> AuditError {
        .damaged(
            file: layout.pruned, line: 0,
            why: "the stored catalogue ends before record \(seal.lastOfCatalogue), and what would"
                + " be done again up to there was taken away; put its file back from a copy")
    }
}

extension SegmentFolder {
    /// Takes segments away, the oldest first, in whichever form they are; durable once it returns.
    func remove(_ names: [String]) throws(FileFault) {
        for name in names {
            for form in SegmentForm.allCases where try system.facts(path(name, form)) != nil {
                try system.remove(path(name, form))
            }
        }
        try system.syncFolder(layout.segments)
    }
}
