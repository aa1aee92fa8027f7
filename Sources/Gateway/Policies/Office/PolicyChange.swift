internal import Policy

/// Who wants another policy in force, and why.
struct PolicyAuthor: Sendable, Equatable {
    /// The principal's id; `file` for whoever can write the policy's files.
    let id: String
    var reason: String?

    static let file = PolicyAuthor(id: "file")
}

/// A policy that somebody wants in force.
struct PolicyProposal: Sendable {
    /// Where it comes from.
    enum Origin: String, Sendable {
        case file, api, rollback
    }

    let sources: [PolicySource]
    /// A detached signature for each source, in their order; nil where there is none.
    var signatures: [[UInt8]?]
    let origin: Origin
}

/// What became of a change.
enum PolicyChangeResult: Sendable, Equatable {
    /// It is in force; `was` is what it took the place of.
    case activated(digest: String, was: String)
    /// It is in force already.
    case unchanged(digest: String)
    /// It waits for more people.
    case pending(digest: String, approvedBy: [String], needed: Int)
    /// It is checked and kept, and comes into force when the break-glass time ends.
    case deferred(digest: String, until: Int64)
    /// It may not come into force, for these reasons.
    case refused([String])
    /// The log can't be written, so nothing changed.
    case unrecorded(String)
}

/// What the gateway remembers of its policies over a restart.
struct PolicyState: Sendable, Equatable {
    /// The policy that was last put into force, other than by break-glass.
    struct Active: Sendable, Equatable {
        var digest: String
        /// What the files came to at that moment; a file that comes to something else is a new proposal.
        var files: String?
        var by: String
    }

    /// A policy that waits for approval.
    struct Pending: Sendable, Equatable {
        var digest: String
        var origin: String
        /// What the files came to, when they are what is proposed.
        var files: String?
        var approvals: [String]
    }

    /// A time in which the break-glass policy is in force.
    struct BreakGlass: Sendable, Equatable {
        var digest: String
        var by: String
        var reason: String
        var started: Int64
        var ends: Int64

        /// Whether the time is over; also when the clock stands before its start.
        func isOver(_ now: Int64) -> Bool { now >= ends || now < started }
    }

    var active: Active?
    var pending: Pending?
    var breakGlass: BreakGlass?
}
