/// The further members of a record's principal, told apart by what they say of a person.
///
/// Groups and scopes say what someone may do and stay clear, so that decisions can be replayed. Claims may hold an
/// address or a name, and the ceiling of a key names its owner.
struct PersonalAttributes {
    private let members: [(name: String, value: [UInt8])]

    /// Reads encoded members, each with a comma before it.
    init(_ encoded: [UInt8]) {
        guard !encoded.isEmpty else {
            members = []
            return
        }
        members = Self.members(of: [UInt8(ascii: "{")] + encoded.dropFirst() + [UInt8(ascii: "}")])
    }

    /// Whose rights the principal's can't exceed.
    var ceiling: SubjectName? {
        guard let value = members.first(where: { $0.name == "ceiling" })?.value,
            let kind = JSONMembers.text("kind", in: value),
            let id = JSONMembers.text("id", in: value)
        else { return nil }
        return SubjectName(kind: kind, id: id)
    }

    /// The members as records may show them: without claims, the owner by pseudonym.
    func shown(isPersonal: Bool, owner: String?) -> [UInt8] {
        var out: [UInt8] = []
        var isCut = false
        for member in members {
            switch member.name {
            case "claims" where isPersonal: isCut = true
            case "ceiling":
                guard let owner else { fallthrough }
                out.append(#","ceiling":{"#)
                Self.append(ceiling: member.value, owner: owner, to: &out)
                out.append("}")
            default:
                out.append(",")
                out.append(quoted: member.name)
                out.append(":")
                out.append(contentsOf: member.value)
            }
        }
        if isCut, !members.contains(where: { $0.name == "cut" }) { out.append(#","cut":true"#) }
        return out
    }

    /// The claims of the principal and of the owner, as members for what is sealed.
    var claims: [UInt8] {
        var out: [UInt8] = []
        if let own = members.first(where: { $0.name == "claims" })?.value {
            out.append(#","claims":"#)
            out.append(contentsOf: own)
        }
        if let ceiling = members.first(where: { $0.name == "ceiling" })?.value,
            let range = JSONMembers.range(of: "claims", in: ceiling)
        {
            out.append(#","owner_claims":"#)
            out.append(contentsOf: ceiling[range])
        }
        return out
    }

    private static func append(ceiling: [UInt8], owner: String, to out: inout [UInt8]) {
        var isFirst = true
        for member in members(of: ceiling) where member.name != "claims" {
            if !isFirst { out.append(",") }
            isFirst = false
            out.append(quoted: member.name)
            out.append(":")
            if member.name == "id" {
                out.append(quoted: owner)
            } else {
                out.append(contentsOf: member.value)
            }
        }
    }

    private static func members(of object: [UInt8]) -> [(name: String, value: [UInt8])] {
        JSONMembers.names(in: object).compactMap { name in
            JSONMembers.range(of: name, in: object).map { (name, Array(object[$0])) }
        }
    }
}
