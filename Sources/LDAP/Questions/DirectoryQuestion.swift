/// What a worker is asked about a directory.
public enum DirectoryQuestion: Sendable, Equatable {
    /// Whether the directory can be asked at all.
    case probe
    /// Who somebody is that has typed a name and a password.
    case signOn(user: String)
    /// Whether somebody who has a session is there still, and in which groups.
    case confirm(name: String, entry: String, id: String?)
}

/// Somebody as a directory has them.
public struct DirectoryPerson: Sendable, Equatable {
    /// The canonical name.
    public var name: String
    /// The distinguished name of the entry.
    public var entry: String
    /// What the entry is known by even if it is renamed, where the directory has that.
    public var id: String?
    /// Distinguished names of groups.
    public var groups: [String]

    /// Puts a person together.
    public init(name: String, entry: String, id: String?, groups: [String]) {
        self.name = name
        self.entry = entry
        self.id = id
        self.groups = groups
    }
}

/// What comes back.
public enum DirectoryAnswer: Sendable, Equatable {
    /// It can be asked.
    case there
    /// Yes, and who it is.
    case person(DirectoryPerson)
    /// No; why is for the record, never for whoever asked.
    case refused(DirectoryRefusal, reason: String)
    /// The directory gave no answer that one could go by.
    case fault(String)
}

/// Why a directory does not let somebody in; each is a stable code of records.
public enum DirectoryRefusal: String, Sendable, CaseIterable {
    case badUserName = "bad_user_name"
    case emptyPassword = "empty_password"
    case unknownUser = "unknown_user"
    case ambiguousUser = "ambiguous_user"
    case outsideOfBase = "outside_of_base"
    case wrongPassword = "wrong_password"
    case otherSpelling = "other_spelling"
    case noName = "no_name"
    case locked = "account_locked"
    case disabled = "account_disabled"
    case expired = "account_expired"
    case passwordExpired = "password_expired"
    case mustChange = "must_change_password"
    case tooManyGroups = "too_many_groups"
    case gone = "entry_gone"
    case otherEntry = "other_entry"
}
