import Crypto
public import Policy
import StrictJSON

/// One step in the life of an authority; of an intermediate, where no root is named.
public enum AuthorityStep: Sendable, Equatable {
    /// Make the next one and have verifiers know it; it signs nothing yet.
    case prepare
    /// Let the prepared one sign; the active one is old from then on.
    case activate
    /// Both, one after the other, where none is prepared.
    case rotate
    /// Make the next root and publish it in the bundle; nothing is signed with it, but itself by the root before it, if wanted.
    case prepareRoot(crossSign: Bool)
    /// Take a certificate that the root signed elsewhere; its intermediate is prepared from then on. PEM.
    case install([UInt8])
    /// Show a list of revoked certificates that was made where a root's key is. PEM or DER.
    case installList([UInt8])
    /// Let the prepared root sign: a new intermediate below it is active from then on. Unless forced, every reader of the bundle knows it.
    case activateRoot(force: Bool)
    /// Have what an old one signed replaced at once, and taken until then.
    case taint(String)
    /// Take nothing any more that an old one signed.
    case revoke(String)
    /// Take nothing any more that an intermediate signed, whatever its state: where it signs, another takes its place before.
    case compromise(String)
    /// Forget those whose last leaf has ended, and destroy their keys; only ever by itself.
    case prune

    /// What it is called in paths and records.
    public var name: String {
        switch self {
        case .prepare, .prepareRoot: "prepare"
        case .activate, .activateRoot: "activate"
        case .rotate: "rotate"
        case .taint: "taint"
        case .revoke: "revoke"
        case .install: "install"
        case .installList: "install-crl"
        case .compromise: "compromise"
        case .prune: "prune"
        }
    }

    /// The action that policy decides.
    public var action: Action {
        switch self {
        case .prepare, .activate, .rotate, .prune, .install, .installList, .prepareRoot,
            .activateRoot:
            .caRotate
        case .taint: .caTaint
        case .revoke, .compromise: .caRevoke
        }
    }

    /// What a permit for it must be for: the key identifier of the authority, if it names one.
    public var resource: Resource {
        switch self {
        case .prepare, .activate, .rotate, .prune, .install, .installList, .prepareRoot,
            .activateRoot:
            Resource()
        case .taint(let keyID), .revoke(let keyID), .compromise(let keyID): Resource(id: keyID)
        }
    }

    /// What its intent record says.
    public var detail: [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"step\":")
        writer.string(name)
        switch self {
        case .prepareRoot(let crossSign):
            writer.raw(",\"kind\":\"root\"")
            if crossSign { writer.raw(",\"cross_signed\":true") }
        case .activateRoot(let force):
            writer.raw(",\"kind\":\"root\"")
            if force { writer.raw(",\"forced\":true") }
        case .install(let bytes), .installList(let bytes):
            writer.raw(",\"sha256\":")
            writer.string(hexText(SHA256.hash(data: bytes)))
        case .prepare, .activate, .rotate, .taint, .revoke, .compromise, .prune: break
        }
        writer.raw("}")
        return writer.bytes
    }
}

/// What a step did, each authority by its key identifier.
public struct AuthorityChange: Sendable, Equatable {
    /// Those that were made.
    public internal(set) var prepared: [String] = []
    /// Those that sign from now on.
    public internal(set) var activated: [String] = []
    /// Those that sign no more.
    public internal(set) var old: [String] = []
    /// Those whose leaves are to be replaced.
    public internal(set) var tainted: [String] = []
    /// Those of which nothing is taken any more.
    public internal(set) var revoked: [String] = []
    /// Those whose list of revoked certificates is another from now on.
    public internal(set) var listed: [String] = []
    /// The number of that list.
    var listNumber: UInt64?
    /// Those that are forgotten, since all that they signed has ended.
    public internal(set) var removed: [String] = []

    /// What was done, by the words of the states; nothing that was not.
    public var parts: [(state: String, keyIDs: [String])] {
        [
            ("prepared", prepared), ("activated", activated), ("old", old), ("tainted", tainted),
            ("revoked", revoked), ("listed", listed), ("removed", removed),
        ].filter { !$0.1.isEmpty }
    }

    /// What its outcome record says.
    public var detail: [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"done\":true")
        for (state, keyIDs) in parts {
            writer.raw(",\"\(state)\":".utf8)
            writer.strings(keyIDs)
        }
        if let listNumber {
            writer.raw(",\"number\":")
            writer.integer(listNumber)
        }
        writer.raw("}")
        return writer.bytes
    }
}
