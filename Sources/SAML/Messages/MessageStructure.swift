internal import XML

/// The form of a whole message, looked at before any signature: nothing stands where wrapping would put it.
enum MessageStructure {
    /// Checks a message: its IDs differ, and signatures and assertions stand where they belong and nowhere else.
    ///
    /// - Throws: ``SAMLRefusal/structure(_:)``.
    static func check(_ root: XMLElement) throws(SAMLRefusal) {
        var walk = Walk()
        try walk.visit(root, parent: nil, depth: 0)
        guard walk.assertions <= 1 else { throw .structure("more than one assertion") }
    }

    private struct Walk {
        var ids: Set<String> = []
        var assertions = 0

        mutating func visit(
            _ element: XMLElement, parent: XMLElement?, depth: Int
        ) throws(SAMLRefusal) {
            try checkIDs(element)
            switch element.name {
            case SAMLNames.assertion("Assertion"), SAMLNames.assertion("EncryptedAssertion"):
                assertions += 1
                guard depth == 0 || (depth == 1 && parent?.name == SAMLNames.message("Response"))
                else { throw .structure("an assertion stands somewhere else than in the response") }
            case SAMLNames.signature("Signature"):
                guard depth > 0, depth <= 2, parent.map(MessageStructure.maySign) == true else {
                    throw .structure("a signature stands somewhere else than in what it signs")
                }
            case SAMLNames.signature("SignedInfo"), SAMLNames.signature("Reference"),
                SAMLNames.signature("Object"):
                guard parent?.name.namespace == SAMLNames.signatureNamespace,
                    element.name != SAMLNames.signature("Object")
                else { throw .structure("a part of a signature stands outside of one") }
            case SAMLNames.message("Response"), SAMLNames.message("LogoutRequest"),
                SAMLNames.message("LogoutResponse"):
                guard depth == 0 else { throw .structure("a message stands within another") }
            default: break
            }
            for child in element.elements {
                try visit(child, parent: element, depth: depth + 1)
            }
        }

        /// However an ID attribute is written, it is one to somebody: no two may have one value, and none may be named otherwise.
        private mutating func checkIDs(_ element: XMLElement) throws(SAMLRefusal) {
            for attribute in element.attributes where attribute.name.local.lowercased() == "id" {
                // Encrypted parts (`Id`) are found by where they stand, never by it.
                let isKnown =
                    attribute.name == XMLName("", "ID")
                    || attribute.name == XMLName("", "Id")
                        && [SAMLNames.encryptionNamespace, SAMLNames.signatureNamespace].contains(
                            element.name.namespace)
                guard isKnown else { throw .structure("an ID that is written otherwise") }
                guard ids.insert(attribute.value).inserted else {
                    throw .structure("two elements have one ID")
                }
            }
        }
    }

    private static func maySign(_ element: XMLElement) -> Bool {
        [
            SAMLNames.assertion("Assertion"), SAMLNames.message("Response"),
            SAMLNames.message("LogoutRequest"), SAMLNames.message("LogoutResponse"),
        ].contains(element.name)
    }
}
