internal import CLDAP
internal import Glibc

/// What a search found: entries, and whether there were more than it takes.
struct FoundEntries {
    var entries: [DirectoryEntry] = []
    var isCut = false
}

extension DirectoryConnection {
    /// How far below its base a search looks.
    enum Scope {
        case entry, subtree
    }

    /// Searches; an entry that is not there is found as none.
    ///
    /// - Parameters:
    ///   - base: The entry that it begins at.
    ///   - scope: How far below it looks.
    ///   - filter: What an entry must be like.
    ///   - attributes: What is asked of each; none for names alone.
    ///   - most: How many entries are taken.
    /// - Returns: What it found.
    /// - Throws: `DirectoryFault.broken` where the directory did not carry it out, also where it refers to another: none is followed.
    func search(
        _ base: String, _ scope: Scope, _ filter: String, _ attributes: [String], most: Int
    ) throws(DirectoryFault) -> FoundEntries {
        let asked = attributes.isEmpty ? [LDAP_NO_ATTRS] : attributes
        var names = asked.map { strdup($0) } + [nil]
        defer { for name in names { free(name) } }
        var message: Int32 = 0
        let sent = ldap_search_ext(
            handle, base, scope == .entry ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE, filter, &names,
            0, nil, nil, nil, Int32(clamping: most), &message)
        guard sent == LDAP_SUCCESS else {
            throw .broken("a search could not be sent: \(Self.text(sent))")
        }
        var found = FoundEntries()
        while true {
            let (kind, got) = try result(of: message)
            if kind == ber_int_t(LDAP_RES_SEARCH_ENTRY) {
                defer { ldap_msgfree(got) }
                guard found.entries.count < most else {
                    ldap_abandon_ext(handle, message, nil, nil)
                    found.isCut = true
                    return found
                }
                found.entries.append(try entry(got, attributes))
            } else if kind == ber_int_t(LDAP_RES_SEARCH_RESULT) {
                return try ended(got, found)
            } else {
                // Continuation references lead elsewhere; nobody follows them.
                ldap_msgfree(got)
            }
        }
    }

    private func ended(
        _ got: OpaquePointer, _ found: FoundEntries
    ) throws(DirectoryFault) -> FoundEntries {
        var code: Int32 = 0
        var diagnostic: UnsafeMutablePointer<CChar>?
        let parsed = ldap_parse_result(handle, got, &code, nil, &diagnostic, nil, nil, 1)
        let told = BindResult(code: code, diagnostic: Self.cut(diagnostic)).told
        guard parsed == LDAP_SUCCESS else {
            throw .broken("the end of a search can't be read")
        }
        var found = found
        switch code {
        case LDAP_SUCCESS: break
        case LDAP_SIZELIMIT_EXCEEDED: found.isCut = true
        case LDAP_NO_SUCH_OBJECT: break
        case LDAP_REFERRAL:
            throw .broken("the directory refers to another, which is not followed (\(told))")
        default: throw .broken("a search failed with \(told)")
        }
        return found
    }

    private func entry(
        _ message: OpaquePointer, _ attributes: [String]
    ) throws(DirectoryFault) -> DirectoryEntry {
        guard let text = ldap_get_dn(handle, message) else {
            throw .broken("an entry has no name")
        }
        defer { ldap_memfree(text) }
        guard let name = String(validatingCString: text) else {
            throw .broken("the name of an entry is not UTF-8")
        }
        var values: [String: [[UInt8]]] = [:]
        for attribute in attributes {
            guard let list = ldap_get_values_len(handle, message, attribute) else { continue }
            defer { ldap_value_free_len(list) }
            var all: [[UInt8]] = []
            var next = list
            while let value = next.pointee {
                let count = Int(value.pointee.bv_len)
                all.append(Array(UnsafeRawBufferPointer(start: value.pointee.bv_val, count: count)))
                next += 1
            }
            values[attribute.lowercased()] = all
        }
        return DirectoryEntry(name: name, values: values)
    }
}
