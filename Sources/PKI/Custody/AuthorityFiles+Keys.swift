import Crypto

/// Keys of authorities: made where the custody says, opened from wherever they are.
extension AuthorityFiles {
    /// A new key.
    ///
    /// One that is kept outside is noted in the folder before it is made: so one that a crash leaves is known, and destroyed.
    func makeKey() throws(PKIError) -> any AuthorityKey {
        guard let maker = custody.maker else { return LocalKey() }
        guard let keeper = custody.keeper(maker) else {
            throw .unusableFiles("custody.keys is \(maker), and custody.\(maker) is not configured")
        }
        let name = OutsidePlace.newName()
        let note = OutsidePlace(keeper: maker, key: name, subjectPublicKeyInfo: [])
        try files.create(path(Self.notePrefix + name), note.encoded, mode: 0o600)
        try files.syncDirectory(directory)
        let info = try keeper.makeKey(name)
        let place = OutsidePlace(keeper: maker, key: name, subjectPublicKeyInfo: info)
        return OutsideKey(place: place, custody: keeper)
    }

    /// What the file of a key holds.
    func text(of key: any AuthorityKey, _ file: String) throws(PKIError) -> [UInt8] {
        switch key {
        case let key as OutsideKey: return key.place.encoded
        case let key as LocalKey:
            guard let seal = custody.seal else { return key.pem }
            return try seal.seal(key.pem, purpose: purpose(of: file))
        default: throw .signingFailed("a key of this kind can't be kept")
        }
    }

    /// The key of an authority, by the name of its files; nil where it is kept elsewhere.
    func key(_ file: String) throws(PKIError) -> (any AuthorityKey)? {
        guard let bytes = try keyBytes(file) else { return nil }
        let path = path(file + ".key")
        if let place = OutsidePlace(bytes) {
            return OutsideKey(place: place, custody: custody.keeper(place.keeper))
        }
        let text = try KeySeal.contents(
            bytes, at: path, purpose: purpose(of: file), by: custody.seal)
        guard let key = KeyFile.local(text) else {
            throw .unusableFiles("\(path) does not hold a P-256 key in PKCS#8 PEM")
        }
        return key
    }

    /// Where a key is, without opening it.
    func place(of file: String) -> KeyPlace {
        do throws(PKIError) {
            guard let bytes = try keyBytes(file) else { return .elsewhere }
            switch KeyFile(bytes) {
            case .key: return .file
            case .sealed(let sealed): return .sealedFile(seal: sealed.seal)
            case .outside(let place): return .outside(keeper: place.keeper, key: place.key)
            case nil: return .unreadable
            }
        } catch {
            return .unreadable
        }
    }

    /// What a key's file is sealed for.
    func purpose(of file: String) -> String { "authority key \(trustDomain) \(file)" }
}

extension AuthorityOffice {
    /// The files of keys that lie plain although there is a sealing key.
    package var unsealed: [String] {
        guard files.custody.seal != nil else { return [] }
        return ledger.authorities.filter { files.place(of: $0.file) == .file }.map {
            $0.file + ".key"
        }
    }
}

/// Keys outside that nothing names: they are destroyed before what is known of them goes.
extension AuthorityFiles {
    static let notePrefix = "making-"

    /// The keys outside that a ledger's authorities have, or that wait for their certificates.
    func keptOutside(by ledger: AuthorityLedger) throws(PKIError) -> Set<String> {
        var kept: Set<String> = []
        for file in ledger.authorities.map(\.file) + [Self.requestFile] {
            guard let bytes = try keyBytes(file), let place = OutsidePlace(bytes) else { continue }
            kept.insert(place.key)
        }
        return kept
    }

    /// Removes notes of keys that were made and have their files now; what fails is done by the next start.
    func forgetNotes(keeping ledger: AuthorityLedger) {
        guard custody.maker != nil, let kept = try? keptOutside(by: ledger),
            let names = try? files.names(in: directory)
        else { return }
        for name in names where name.hasPrefix(Self.notePrefix) {
            guard kept.contains(String(name.dropFirst(Self.notePrefix.utf8.count))) else {
                continue
            }
            try? files.remove(path(name))
        }
    }

    /// Removes a file that nothing names; the key outside that it leads to is destroyed first, unless something kept has it.
    ///
    /// - Returns: Whether it is gone; a key that can't be destroyed now keeps its file, for the next attempt.
    func removeUnnamed(_ name: String, keeping kept: Set<String>) throws(PKIError) -> Bool {
        if let place = try unnamedPlace(name), !kept.contains(place.key) {
            guard let keeper = custody.keeper(place.keeper) else { return false }
            do throws(PKIError) {
                try keeper.destroyKey(place.key)
            } catch {
                return false
            }
        }
        try files.remove(path(name))
        return true
    }

    private func unnamedPlace(_ name: String) throws(PKIError) -> OutsidePlace? {
        guard name.hasSuffix(".key") || name.hasPrefix(Self.notePrefix) else { return nil }
        return OutsidePlace(try files.read(path(name), max: PKILimits.keyFileBytesMax))
    }
}
