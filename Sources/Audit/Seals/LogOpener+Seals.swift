/// Going on behind a segment that was proved before.
extension LogOpener {
    /// Takes what a seal tells of a segment; false where the segment has to be read.
    ///
    /// INVARIANT: a seal counts only if a key of the log signed it, it goes on from the tree so far, the segment behind it goes on from
    /// its own, and the file is of the same size and time. Then all that is not read is what was read back when it was sealed, or
    /// somebody gave other bytes the old time: that is for the self-audit to find.
    func adopt(
        _ name: String, before next: String, _ known: KnownLog, into log: inout OpenedLog,
        _ visitor: inout ReplayVisitor
    ) -> Bool {
        guard let seals, let seal = seals.seal(of: name), seal.start == log.tree.end,
            seal.lastOfCatalogue <= seals.settings.storedSequence,
            let facts = try? system.facts(folder.path(name, seal.file.form)), facts.isRegular,
            seal.file == Seal.SealedFile(facts, unpackedBytes: seal.file.unpackedBytes),
            goesOn(next, after: seal.tree),
            !known.ends.contains(where: { seal.holdsInside($0) }),
            let lines = seals.changes(of: seal), let records = SegmentChanges.records(of: lines)
        else { return false }
        visitor.take(seal, records)
        log.unreadRecords += seal.tree.size - seal.start.size
        log.withSeal.insert(name)
        log.sealed.append(
            KnownSegment(
                name: name, form: seal.file.form, facts: facts, start: log.tree,
                end: seal.file.end, commit: seal.commit, isSealed: true))
        log.tree = seal.tree
        log.lastTime = seal.lastTime
        return true
    }

    /// Seals the segment that was read last; one that can't be is read again at the next start.
    func seal(_ scanner: SegmentScanner, _ visitor: ReplayVisitor, in log: inout OpenedLog) {
        guard let seals, let segment = log.sealed.last, segment.commit == scanner.lastCommit,
            let changes = visitor.changes
        else { return }
        do throws(FileFault) {
            let kept = try seals.keep(segment, scanner, changes: changes)
            if kept { log.withSeal.insert(segment.name) }
        } catch {
            // The log itself is whole; there may be no room beside it.
        }
    }

    /// Whether a segment begins with the record that goes on from a tree.
    private func goesOn(_ name: String, after tree: MerkleTree) -> Bool {
        guard SegmentName.parse(name) == tree.size + 1,
            let line = try? folder.open(name).firstLine()
        else { return false }
        return line.withUnsafeBytes { line in
            guard let body = RecordLine.body(of: line, sequence: tree.size + 1) else {
                return false
            }
            return SegmentScanner.isHeader(line, body: body, of: tree)
        }
    }
}

extension Seal {
    /// Whether an end lies within the segment, so that only the segment can tell whether it was there.
    fileprivate func holdsInside(_ end: LogAnchor) -> Bool {
        end.size > start.size && end.size < tree.size
    }
}

extension SealFolder {
    /// Makes the seal of a segment that was just read whole, unless it has it.
    ///
    /// - Returns: Whether it has one now.
    func keep(
        _ segment: KnownSegment, _ scanner: SegmentScanner, changes: SegmentChanges
    ) throws(FileFault) -> Bool {
        let lines = changes.lines
        let told = Seal.SealedChanges(of: lines)
        if let old = seal(of: segment.name), old.tells(segment, changes: told),
            self.changes(of: old) != nil
        {
            return true
        }
        let isWhole = segment.form == .packed || segment.end == segment.facts.size
        guard canSign, scanner.tree.size == segment.commit.size, isWhole else { return false }
        try write(
            Seal(
                start: segment.start.end, tree: scanner.tree, records: segment.commit.records,
                lastTime: scanner.lastTime, lastOfCatalogue: changes.lastOfCatalogue,
                file: Seal.SealedFile(segment), changes: told),
            changes: lines)
        return true
    }
}
