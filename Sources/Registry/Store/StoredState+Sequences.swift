extension StoredState {
    /// The highest sequence that anything in it has.
    public var highestSequence: UInt64 {
        instances.reduce(appliedSequence) { max($0, $1.sequence) }
    }
}

extension RegistryStore {
    /// Keeps every instance, but none as of a later sequence: the log that gave those is lost, and gives them again.
    public func rewind(to sequence: UInt64) throws(RegistryError) {
        let state = try load()
        let rows = state.instances.map { instance in
            var instance = instance
            instance.sequence = min(instance.sequence, sequence)
            return StoreBatch.Row(
                namespace: instance.namespace, service: instance.service, id: instance.id,
                instance: instance)
        }
        try write(
            StoreBatch(
                rows: rows, appliedSequence: min(state.appliedSequence, sequence),
                replacesAll: true))
    }
}
