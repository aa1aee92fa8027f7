/// Why the registry could not take, keep or give back something.
public enum RegistryError: Error, Equatable, Sendable {
    /// A registration has the wrong form: an unknown member, or a member of the wrong type.
    case malformed(path: String, message: String)
    /// A registration has the right form and a value that cannot be.
    case impossible(path: String, message: String)
    /// The store could not be opened, read or written.
    case store(String)
    /// A journal record that must be redone cannot be understood.
    case undecodableRecord(sequence: UInt64, message: String)
    /// The stored state holds changes that the journal does not: one of them is not the right one.
    case storeAheadOfJournal(store: UInt64, journal: UInt64)

    /// A short name that stays the same over versions, for audit and metrics.
    public var code: String {
        switch self {
        case .malformed: "registry.malformed"
        case .impossible: "registry.impossible"
        case .store: "registry.store"
        case .undecodableRecord: "registry.undecodable_record"
        case .storeAheadOfJournal: "registry.store_ahead_of_journal"
        }
    }
}

extension RegistryError: CustomStringConvertible {
    /// One line for people: where, then what.
    public var description: String {
        switch self {
        case .malformed(let path, let message), .impossible(let path, let message):
            "\(path): \(message)"
        case .store(let message):
            "store: \(message)"
        case .undecodableRecord(let sequence, let message):
            "journal record \(sequence) cannot be redone: \(message)"
        case .storeAheadOfJournal(let store, let journal):
            "the store holds changes up to \(store), the journal ends at \(journal)"
        }
    }
}
