/// How people are found in a directory, and their groups: what a worker is told besides the question itself.
public struct DirectoryPlan: Sendable, Equatable {
    /// Who asks where no person does.
    public enum Service: Sendable, Equatable {
        /// Nobody: people bind for themselves.
        case none
        /// An account with a password, by its name.
        case account(String)
        /// Whoever the certificate of the connection is (SASL EXTERNAL, RFC 4422 appendix A).
        case certificate
    }

    /// How a name that is typed leads to an entry.
    public enum People: Sendable, Equatable {
        /// The service account looks for it; `{user}` stands for the name.
        case search(filter: String)
        /// The name of the entry is made of it.
        case entry(template: String)
        /// The user principal name of Active Directory is made of it.
        case principal(template: String)
    }

    /// Where groups come from.
    public enum GroupMode: String, Sendable, CaseIterable {
        /// The entry's own `memberOf`.
        case memberOf = "memberof"
        /// Groups that name the entry as their member, and those that name these, level by level.
        case search
        /// Active Directory's rule that follows groups in groups (1.2.840.113556.1.4.1941).
        case inChain = "in_chain"
        /// Active Directory's `tokenGroups`.
        case tokenGroups = "token_groups"
    }

    /// Below which entry everybody is.
    public var base: String
    /// Who asks where no person does.
    public var service = Service.none
    /// How a name that is typed leads to an entry.
    public var people: People
    /// The attribute that the name typed stands in, if it must be spelled as there.
    public var spelledAttribute: String?
    /// Whether it may be spelled there in other letters, capital for small.
    public var takesAnyCase = false
    /// The attribute of the name that the person has here.
    public var nameAttribute: String
    /// Where groups come from.
    public var groupMode = GroupMode.memberOf
    /// Below which entry groups are.
    public var groupBase: String
    /// The attribute of groups that names their members.
    public var memberAttribute = "member"
    /// Levels of groups.
    public var groupDepth = 5

    /// A plan that finds people by an attribute.
    public init(base: String, userAttribute: String = "uid") {
        self.base = base
        groupBase = base
        people = .search(filter: "(\(userAttribute)={user})")
        spelledAttribute = userAttribute
        nameAttribute = userAttribute
    }

    /// Whether somebody can be asked about without their password.
    public var canConfirm: Bool { service != .none }
}
