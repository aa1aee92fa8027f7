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

extension ServiceEntry {
    fileprivate func batch(_ ended: [ExpiredInstance]) -> ExpiredBatch {
        ExpiredBatch(namespace: key.namespace, service: key.service, instances: ended)
    }
}
