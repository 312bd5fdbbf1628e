extension ColumnRole {
  /// What columns are called in German, French and Spanish, the likelier first, as
  /// ``plain(_:)`` writes them.
  var namesInOtherLanguages: [String] {
    switch self {
    case .user:
      [
        "kundenid", "kundennummer", "kundennr", "nutzerid", "benutzerid", "kunde", "nutzer",
        "benutzer", "kaufer", "utilisateurid", "idutilisateur", "idclient", "utilisateur",
        "acheteur", "clienteid", "idcliente", "usuarioid", "idusuario", "cliente", "usuario",
      ]
    case .item:
      [
        "artikelid", "artikelnummer", "artikelnr", "produktid", "produktnummer", "filmnr", "buchid",
        "artikel", "produkt", "buch", "idarticle", "idproduit", "idlivre", "produit", "livre",
        "idarticulo", "idproducto", "idlibro", "articulo", "producto", "libro", "pelicula",
      ]
    case .rating:
      [
        "bewertung", "sterne", "punkte", "note", "avis", "etoiles", "valoracion", "estrellas",
        "puntuacion", "calificacion", "nota",
      ]
    case .timestamp:
      [
        "zeitpunkt", "zeitstempel", "datum", "zeit", "wann", "horodatage", "quand", "fecha",
        "cuando", "hora",
      ]
    case .title:
      [
        "titel", "filmtitel", "buchtitel", "produktname", "artikelname", "bezeichnung", "titre",
        "titulo",
      ]
    case .genres: ["kategorie", "kategorien", "abteilung", "categorie", "categoria", "genero"]
    }
  }

  /// Words of these languages that hint at a role within a longer name.
  var wordsInOtherLanguages: Set<String> {
    switch self {
    case .user: ["kunde", "kunden", "nutzer", "benutzer", "utilisateur", "cliente", "usuario"]
    case .item:
      [
        "artikel", "produkt", "buch", "produit", "livre", "articulo", "producto", "libro",
        "pelicula",
      ]
    case .rating: ["bewertung", "sterne", "note", "valoracion", "puntuacion", "estrellas"]
    case .timestamp: ["datum", "zeit", "fecha"]
    case .title: ["titel", "titre", "titulo"]
    case .genres: ["kategorie", "categorie", "categoria"]
    }
  }

  /// A small letter without its accent, where it has one of these languages.
  static func plain(_ letter: Character) -> String {
    switch letter {
    case "á", "à", "â", "ä": "a"
    case "é", "è", "ê", "ë": "e"
    case "í", "î", "ï": "i"
    case "ó", "ô", "ö": "o"
    case "ú", "ù", "û", "ü": "u"
    case "ñ": "n"
    case "ç": "c"
    case "ß": "ss"
    default: String(letter)
    }
  }
}
