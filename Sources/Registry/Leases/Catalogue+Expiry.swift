extension Catalogue {
    /// Finds instances whose leases have ended and revokes those leases for good.
    ///
    /// They were invisible already; from here on no late heartbeat can renew them, so the expiry
    /// record that is written next is true whatever happens meanwhile.
    func collectExpired(elapsedNanoseconds: Int64) -> [ExpiredBatch] {
        var batches: [ExpiredBatch] = []
        for entry in entries() {
            var ended: [ExpiredInstance] = []
            for instance in entry.snapshot.instances
            where instance.lease.revokeIfEnded(elapsedNanoseconds: elapsedNanoseconds) {
                ended.append(ExpiredInstance(id: instance.id, sequence: instance.sequence))
                guard ended.count == RegistryLimits.expiredPerBatchMax else { continue }
                batches.append(entry.batch(ended))
                ended = []
            }
            if !ended.isEmpty { batches.append(entry.batch(ended)) }
            if batches.count >= RegistryLimits.expiredBatchesMax { break }
        }
        return batches
    }
}

/// How many leases there are, and which of them end before a moment.
struct LeaseCensus {
    var total = 0
    var due: [(end: Int64, lease: Lease)] = []
}

extension Catalogue {
    /// Counts the leases that are not revoked, and finds those that end until a moment.
    func census(endingUntil moment: Int64) -> LeaseCensus {
        var census = LeaseCensus()
        for entry in entries() {
            for instance in entry.snapshot.instances {
                guard let end = instance.lease.end else { continue }
                census.total += 1
                if end <= moment { census.due.append((end, instance.lease)) }
            }
        }
        return census
    }

    /// Of leases that end until a moment, lets so many that end first do so; the others end after it.
    func putOff(_ due: [(end: Int64, lease: Lease)], after moment: Int64, beyond most: Int) {
        guard due.count > most, moment < .max else { return }
        for (_, lease) in due.sorted(by: { $0.end < $1.end }).dropFirst(most) {
            lease.postpone(to: moment + 1)
        }
    }

    /// Gives every lease that is not revoked a full TTL.
    func beginLeasesAnew(elapsedNanoseconds: Int64) {
        for entry in entries() {
            for instance in entry.snapshot.instances {
                instance.lease.beginAnew(elapsedNanoseconds: elapsedNanoseconds)
            }
        }
    }

    /// Takes back the revocations of a batch that did not get on record.
    func restore(_ batch: ExpiredBatch, elapsedNanoseconds: Int64) {
        guard let snapshot = entry(batch.key)?.snapshot else { return }
        for one in batch.instances {
            guard let instance = snapshot.instance(id: one.id), instance.sequence == one.sequence
            else { continue }
            instance.lease.restore(elapsedNanoseconds: elapsedNanoseconds)
        }
    }
}

extension ServiceEntry {
    fileprivate func batch(_ ended: [ExpiredInstance]) -> ExpiredBatch {
        ExpiredBatch(namespace: key.namespace, service: key.service, instances: ended)
    }
}
