//! What the answer page says, in the languages that Gantry knows. The browser says which one its reader wants.

use crate::answer_page::AnswerPage;

/// A language of the answer page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    English,
    German,
    French,
    Spanish,
    Portuguese,
    Italian,
    Japanese,
}

/// Heading and text.
pub(crate) type Texts = (&'static str, &'static str);

impl Language {
    /// The best of `Accept-Language` (RFC 9110 section 12.5.4) that is known here; English where none is.
    pub fn wanted(accept_language: Option<&str>) -> Self {
        let mut best: Option<(f32, Self)> = None;
        for range in accept_language.unwrap_or_default().split(',').take(32) {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let weight = parts
                .find_map(|part| part.strip_prefix("q="))
                .map_or(Some(1.0), |weight| weight.parse::<f32>().ok())
                .filter(|weight| (f32::MIN_POSITIVE..=1.0).contains(weight));
            let (Some(weight), Some(language)) = (weight, Self::named(tag)) else {
                continue;
            };
            // Of equals the first: browsers list them in order.
            if best.is_none_or(|(known, _)| weight > known) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language).unwrap_or_default()
    }

    fn named(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        Some(match primary.as_str() {
            "en" => Self::English,
            "de" => Self::German,
            "fr" => Self::French,
            "es" => Self::Spanish,
            "pt" => Self::Portuguese,
            "it" => Self::Italian,
            "ja" => Self::Japanese,
            _ => return None,
        })
    }

    /// For the page's `lang` attribute (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Portuguese => "pt",
            Self::Italian => "it",
            Self::Japanese => "ja",
        }
    }

    pub fn texts(self, page: AnswerPage) -> Texts {
        match self {
            Self::English => english(page),
            Self::German => german(page),
            Self::French => french(page),
            Self::Spanish => spanish(page),
            Self::Portuguese => portuguese(page),
            Self::Italian => italian(page),
            Self::Japanese => japanese(page),
        }
    }
}

fn english(page: AnswerPage) -> Texts {
    match page {
        AnswerPage::Arrived => (
            "Go back to Gantry",
            "Google's answer has arrived. Gantry shows whether all is well; you can close this tab.",
        ),
        AnswerPage::Declined => (
            "You declined",
            "Gantry got no access. Go back to Gantry; you can close this tab.",
        ),
        AnswerPage::Failed => (
            "The sign-in did not work",
            "Go back to Gantry to see what happened. You can close this tab.",
        ),
        AnswerPage::NotGoogle => (
            "The sign-in was stopped",
            "The answer did not come from Google. Nothing was saved; go back to Gantry.",
        ),
        AnswerPage::OtherSignIn => (
            "This answer belongs to another sign-in",
            "Go back to Gantry and use the page that it opened last, or start the sign-in again.",
        ),
        AnswerPage::NothingHere => (
            "Nothing to see here",
            "Gantry waits at this address for an answer from Google, and this was not it. Go back to Gantry.",
        ),
        AnswerPage::TermsAccepted => (
            "The terms are accepted",
            "Go back to Gantry, which goes on with the set-up. You can close this tab.",
        ),
        AnswerPage::NoAccount => (
            "No account was created",
            "Go back to Gantry: what you filled in is kept.",
        ),
        AnswerPage::OtherSetUp => (
            "This answer belongs to another set-up",
            "Go back to Gantry and use the link that it shows.",
        ),
    }
}

fn german(page: AnswerPage) -> Texts {
    match page {
        AnswerPage::Arrived => (
            "Zurück zu Gantry",
            "Googles Antwort ist angekommen. Gantry zeigt, ob alles geklappt hat; dieser Tab kann geschlossen werden.",
        ),
        AnswerPage::Declined => (
            "Sie haben abgelehnt",
            "Gantry hat keinen Zugriff erhalten. Gehen Sie zurück zu Gantry; dieser Tab kann geschlossen werden.",
        ),
        AnswerPage::Failed => (
            "Die Anmeldung hat nicht geklappt",
            "Gehen Sie zurück zu Gantry, dort steht der Grund. Dieser Tab kann geschlossen werden.",
        ),
        AnswerPage::NotGoogle => (
            "Die Anmeldung wurde abgebrochen",
            "Die Antwort kam nicht von Google. Es wurde nichts gespeichert; gehen Sie zurück zu Gantry.",
        ),
        AnswerPage::OtherSignIn => (
            "Diese Antwort gehört zu einer anderen Anmeldung",
            "Gehen Sie zurück zu Gantry und benutzen Sie die zuletzt geöffnete Seite, oder melden Sie sich erneut an.",
        ),
        AnswerPage::NothingHere => (
            "Hier gibt es nichts zu sehen",
            "Gantry wartet unter dieser Adresse auf eine Antwort von Google, und das war keine. Gehen Sie zurück zu Gantry.",
        ),
        AnswerPage::TermsAccepted => (
            "Die Bedingungen sind angenommen",
            "Gehen Sie zurück zu Gantry, das mit der Einrichtung weitermacht. Dieser Tab kann geschlossen werden.",
        ),
        AnswerPage::NoAccount => (
            "Es wurde kein Konto angelegt",
            "Gehen Sie zurück zu Gantry: Ihre Eingaben sind noch da.",
        ),
        AnswerPage::OtherSetUp => (
            "Diese Antwort gehört zu einer anderen Einrichtung",
            "Gehen Sie zurück zu Gantry und benutzen Sie den Link, der dort steht.",
        ),
    }
}

fn french(page: AnswerPage) -> Texts {
    match page {
        AnswerPage::Arrived => (
            "Retournez dans Gantry",
            "La réponse de Google est arrivée. Gantry indique si tout va bien ; vous pouvez fermer cet onglet.",
        ),
        AnswerPage::Declined => (
            "Vous avez refusé",
            "Gantry n'a reçu aucun accès. Retournez dans Gantry ; vous pouvez fermer cet onglet.",
        ),
        AnswerPage::Failed => (
            "La connexion a échoué",
            "Retournez dans Gantry pour savoir pourquoi. Vous pouvez fermer cet onglet.",
        ),
        AnswerPage::NotGoogle => (
            "La connexion a été interrompue",
            "La réponse ne venait pas de Google. Rien n'a été enregistré ; retournez dans Gantry.",
        ),
        AnswerPage::OtherSignIn => (
            "Cette réponse appartient à une autre connexion",
            "Retournez dans Gantry et utilisez la dernière page ouverte, ou recommencez la connexion.",
        ),
        AnswerPage::NothingHere => (
            "Il n'y a rien à voir ici",
            "Gantry attend à cette adresse une réponse de Google, et ce n'en était pas une. Retournez dans Gantry.",
        ),
        AnswerPage::TermsAccepted => (
            "Les conditions sont acceptées",
            "Retournez dans Gantry, qui poursuit la configuration. Vous pouvez fermer cet onglet.",
        ),
        AnswerPage::NoAccount => (
            "Aucun compte n'a été créé",
            "Retournez dans Gantry : votre saisie est conservée.",
        ),
        AnswerPage::OtherSetUp => (
            "Cette réponse appartient à une autre configuration",
            "Retournez dans Gantry et utilisez le lien qui y est affiché.",
        ),
    }
}

fn spanish(page: AnswerPage) -> Texts {
    match page {
        AnswerPage::Arrived => (
            "Vuelva a Gantry",
            "La respuesta de Google ha llegado. Gantry muestra si todo ha ido bien; puede cerrar esta pestaña.",
        ),
        AnswerPage::Declined => (
            "Ha rechazado el acceso",
            "Gantry no ha recibido acceso. Vuelva a Gantry; puede cerrar esta pestaña.",
        ),
        AnswerPage::Failed => (
            "No se ha podido iniciar sesión",
            "Vuelva a Gantry para ver qué ha pasado. Puede cerrar esta pestaña.",
        ),
        AnswerPage::NotGoogle => (
            "El inicio de sesión se ha detenido",
            "La respuesta no venía de Google. No se ha guardado nada; vuelva a Gantry.",
        ),
        AnswerPage::OtherSignIn => (
            "Esta respuesta es de otro inicio de sesión",
            "Vuelva a Gantry y use la última página que abrió, o inicie sesión de nuevo.",
        ),
        AnswerPage::NothingHere => (
            "Aquí no hay nada que ver",
            "Gantry espera en esta dirección una respuesta de Google, y esta no lo era. Vuelva a Gantry.",
        ),
        AnswerPage::TermsAccepted => (
            "Las condiciones están aceptadas",
            "Vuelva a Gantry, que continúa con la configuración. Puede cerrar esta pestaña.",
        ),
        AnswerPage::NoAccount => (
            "No se ha creado ninguna cuenta",
            "Vuelva a Gantry: lo que ha escrito se conserva.",
        ),
        AnswerPage::OtherSetUp => (
            "Esta respuesta es de otra configuración",
            "Vuelva a Gantry y use el enlace que se muestra allí.",
        ),
    }
}

fn portuguese(page: AnswerPage) -> Texts {
    match page {
        AnswerPage::Arrived => (
            "Volte ao Gantry",
            "A resposta do Google chegou. O Gantry mostra se está tudo certo; pode fechar este separador.",
        ),
        AnswerPage::Declined => (
            "O acesso foi recusado",
            "O Gantry não recebeu acesso. Volte ao Gantry; pode fechar este separador.",
        ),
        AnswerPage::Failed => (
            "Não foi possível iniciar sessão",
            "Volte ao Gantry para ver o que aconteceu. Pode fechar este separador.",
        ),
        AnswerPage::NotGoogle => (
            "O início de sessão foi interrompido",
            "A resposta não veio do Google. Nada foi guardado; volte ao Gantry.",
        ),
        AnswerPage::OtherSignIn => (
            "Esta resposta pertence a outro início de sessão",
            "Volte ao Gantry e use a última página aberta, ou inicie sessão novamente.",
        ),
        AnswerPage::NothingHere => (
            "Não há nada para ver aqui",
            "O Gantry espera neste endereço uma resposta do Google, e esta não era. Volte ao Gantry.",
        ),
        AnswerPage::TermsAccepted => (
            "Os termos foram aceites",
            "Volte ao Gantry, que continua a configuração. Pode fechar este separador.",
        ),
        AnswerPage::NoAccount => (
            "Nenhuma conta foi criada",
            "Volte ao Gantry: o que preencheu foi mantido.",
        ),
        AnswerPage::OtherSetUp => (
            "Esta resposta pertence a outra configuração",
            "Volte ao Gantry e use a ligação que lá aparece.",
        ),
    }
}

fn italian(page: AnswerPage) -> Texts {
    match page {
        AnswerPage::Arrived => (
            "Torna a Gantry",
            "La risposta di Google è arrivata. Gantry mostra se è andato tutto bene; puoi chiudere questa scheda.",
        ),
        AnswerPage::Declined => (
            "Hai rifiutato",
            "Gantry non ha ottenuto l'accesso. Torna a Gantry; puoi chiudere questa scheda.",
        ),
        AnswerPage::Failed => (
            "L'accesso non è riuscito",
            "Torna a Gantry per vedere che cosa è successo. Puoi chiudere questa scheda.",
        ),
        AnswerPage::NotGoogle => (
            "L'accesso è stato interrotto",
            "La risposta non veniva da Google. Non è stato salvato nulla; torna a Gantry.",
        ),
        AnswerPage::OtherSignIn => (
            "Questa risposta appartiene a un altro accesso",
            "Torna a Gantry e usa l'ultima pagina che ha aperto, oppure ricomincia l'accesso.",
        ),
        AnswerPage::NothingHere => (
            "Qui non c'è nulla da vedere",
            "Gantry aspetta a questo indirizzo una risposta di Google, e questa non lo era. Torna a Gantry.",
        ),
        AnswerPage::TermsAccepted => (
            "I termini sono accettati",
            "Torna a Gantry, che prosegue con la configurazione. Puoi chiudere questa scheda.",
        ),
        AnswerPage::NoAccount => (
            "Nessun account è stato creato",
            "Torna a Gantry: quello che hai inserito è conservato.",
        ),
        AnswerPage::OtherSetUp => (
            "Questa risposta appartiene a un'altra configurazione",
            "Torna a Gantry e usa il link che vi è mostrato.",
        ),
    }
}

fn japanese(page: AnswerPage) -> Texts {
    match page {
        AnswerPage::Arrived => (
            "Gantry に戻ってください",
            "Google からの応答が届きました。結果は Gantry に表示されます。このタブは閉じてかまいません。",
        ),
        AnswerPage::Declined => (
            "許可しませんでした",
            "Gantry はアクセス権を受け取っていません。Gantry に戻ってください。このタブは閉じてかまいません。",
        ),
        AnswerPage::Failed => (
            "ログインできませんでした",
            "Gantry に戻って原因を確認してください。このタブは閉じてかまいません。",
        ),
        AnswerPage::NotGoogle => (
            "ログインを中止しました",
            "応答は Google からのものではありませんでした。何も保存していません。Gantry に戻ってください。",
        ),
        AnswerPage::OtherSignIn => (
            "これは別のログインへの応答です",
            "Gantry に戻り、最後に開いたページを使うか、ログインをやり直してください。",
        ),
        AnswerPage::NothingHere => (
            "ここには何もありません",
            "Gantry はこのアドレスで Google からの応答を待っていますが、これは違いました。Gantry に戻ってください。",
        ),
        AnswerPage::TermsAccepted => (
            "利用規約に同意しました",
            "Gantry に戻ると設定が続きます。このタブは閉じてかまいません。",
        ),
        AnswerPage::NoAccount => (
            "アカウントは作成されませんでした",
            "Gantry に戻ってください。入力した内容は残っています。",
        ),
        AnswerPage::OtherSetUp => (
            "これは別の設定への応答です",
            "Gantry に戻り、表示されているリンクを使ってください。",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_first_known_language_is_spoken() {
        for (header, expected) in [
            (None, Language::English),
            (Some("de-AT,de;q=0.9,en;q=0.8"), Language::German),
            (Some("nl-NL, nl;q=0.9, fr;q=0.5, en;q=0.4"), Language::French),
            (Some("en;q=0.5, ja"), Language::Japanese),
            (Some("pt-BR"), Language::Portuguese),
            (Some("ES"), Language::Spanish),
            (Some("it;q=0, en;q=0.1"), Language::English),
            (Some("it;q=nonsense"), Language::English),
            (Some("*"), Language::English),
            (Some(";;,,q=1"), Language::English),
        ] {
            assert_eq!(Language::wanted(header), expected, "{header:?}");
        }
    }

    #[test]
    fn every_page_leads_back_to_gantry_in_every_language() {
        let languages = ["en", "de", "fr", "es", "pt", "it", "ja"].map(|tag| {
            let language = Language::wanted(Some(tag));
            assert_eq!(language.tag(), tag);
            language
        });
        for page in AnswerPage::ALL {
            let mut headings = std::collections::BTreeSet::new();
            for language in languages {
                let (heading, text) = language.texts(page);
                assert!(
                    heading.contains("Gantry") || text.contains("Gantry"),
                    "{page:?} {language:?}"
                );
                headings.insert(heading);
            }
            assert_eq!(headings.len(), languages.len(), "{page:?} is translated");
        }
    }
}
