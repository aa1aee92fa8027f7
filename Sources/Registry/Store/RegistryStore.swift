/// One instance as a store keeps it.
public struct StoredInstance: Equatable, Sendable {
    /// The service's namespace.
    public var namespace: String
    /// The service's name.
    public var service: String
    /// The instance's id.
    public var id: String
    /// The sequence of the record that registered it.
    public var sequence: UInt64
    /// The registration as its intent record has it.
    public var detail: [UInt8]
    /// Who registered it, in 16 bytes; nil where a version wrote it that did not say.
    public var owner: [UInt8]?

    /// Makes a stored instance.
    public init(
        namespace: String, service: String, id: String, sequence: UInt64, detail: [UInt8],
        owner: [UInt8]? = nil
    ) {
        self.namespace = namespace
        self.service = service
        self.id = id
        self.sequence = sequence
        self.detail = detail
        self.owner = owner
    }
}

/// What a store holds: instances, and the sequence up to which the journal is contained in them.
public struct StoredState: Equatable, Sendable {
    /// Every change up to this sequence is contained; some later ones may be.
    public var appliedSequence: UInt64
    /// The instances, in no particular order.
    public var instances: [StoredInstance]

    /// Makes a state.
    public init(appliedSequence: UInt64 = 0, instances: [StoredInstance] = []) {
        self.appliedSequence = appliedSequence
        self.instances = instances
    }
}

/// What one transaction changes.
public struct StoreBatch: Equatable, Sendable {
    /// One changed instance: its latest state, or nil where it is gone.
    public struct Row: Equatable, Sendable {
        /// The service's namespace.
        public var namespace: String
        /// The service's name.
        public var service: String
        /// The instance's id.
        public var id: String
        /// The instance, or nil to delete it.
        public var instance: StoredInstance?
    }

    /// The changed instances, each at most once.
    public var rows: [Row] = []
    /// The sequence up to which every change is contained once this batch is written; nil: as before.
    public var appliedSequence: UInt64?
    /// Whether everything stored before is dropped first.
    public var replacesAll = false
}

/// Where the registry's state is kept between runs.
///
/// The journal is the redo log, so a store may lose its last batches, but never a part of one: what
/// it gives back is the state after some batch, and no batch later than one it has lost.
public protocol RegistryStore: Sendable {
    /// Reads the whole stored state.
    func load() throws(RegistryError) -> StoredState
    /// Writes a batch in one transaction: all of it or nothing.
    func write(_ batch: StoreBatch) throws(RegistryError)
    /// Leaves nothing of what was overwritten or deleted.
    func scrub() throws(RegistryError)
    /// Makes what was written durable.
    func sync() throws(RegistryError)
    /// Gives the store back; nothing is called after.
    func close() throws(RegistryError)
}

extension RegistryStore {
    /// Nothing is left where nothing was written.
    public func scrub() throws(RegistryError) {}
}
