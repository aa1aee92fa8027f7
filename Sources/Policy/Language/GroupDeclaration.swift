/// A named set that rules refer to as `group:NAME`, as a file declares it.
struct GroupDeclaration: Sendable {
    var name: String
    var location: Location
    var services: [GroupMember<NamePattern>] = []
    var namespaces: [GroupMember<NamePattern>] = []
    var cidr: [GroupMember<CIDR>] = []
}

/// A member of a group, or another group.
enum GroupMember<Value: Hashable & Sendable>: Sendable {
    case value(Value)
    case group(Located<String>)
}

/// What a group comes to once the groups in it are written out.
struct ResolvedGroup: Sendable {
    var services: [NamePattern] = []
    var namespaces: [NamePattern] = []
    var cidr: [CIDR] = []
}
