//! Invitations and time.

use super::*;
use crate::pki::{INVITATION_MINUTES, MAX_INVITATIONS, establish, open_invitations};

fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

fn request(invitation: &Invitation) -> JoinRequest {
    let request = NodeKey::generate().unwrap().request().unwrap();
    JoinRequest { node: invitation.node.clone(), request, secret: invitation.secret.clone() }
}

#[test]
fn an_invitation_stands_for_an_hour() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let now = SystemTime::now();
    establish(dir, "imp1", now).unwrap();
    let invite = || Invitation::create(dir, "imp2", "192.0.2.1:5270", now).unwrap();
    let (soon, late) = (invite(), invite());
    let last = now + minutes(INVITATION_MINUTES) - Duration::from_secs(2);
    assert!(admit_at(dir, &request(&soon), last).is_ok());
    assert_eq!(open_invitations(dir, last).unwrap().len(), 1);
    let over = now + minutes(INVITATION_MINUTES);
    assert_eq!(admit_at(dir, &request(&late), over), Err(PkiError::NotInvited));
    assert!(open_invitations(dir, over).unwrap().is_empty());
}

#[test]
fn a_request_that_cannot_be_certified_does_not_use_up_the_invitation() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let now = SystemTime::now();
    establish(dir, "imp1", now).unwrap();
    let invitation = Invitation::create(dir, "imp2", "192.0.2.1:5270", now).unwrap();
    let mut broken = request(&invitation);
    // Signed with another key than the one in it.
    let last = broken.request.0.len() - 1;
    broken.request.0[last] ^= 1;
    assert!(matches!(admit_at(dir, &broken, now), Err(PkiError::Certificate(_))));
    let mut stranger = request(&invitation);
    stranger.secret = [0; SECRET_BYTES].into();
    assert_eq!(admit_at(dir, &stranger, now), Err(PkiError::NotInvited));
    assert!(admit_at(dir, &request(&invitation), now).is_ok());
}

#[test]
fn open_invitations_are_bounded_and_old_ones_make_room() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let now = SystemTime::now();
    establish(dir, "imp1", now).unwrap();
    let invite = |now| Invitation::create(dir, "imp2", "192.0.2.1:5270", now);
    for _ in 0..MAX_INVITATIONS {
        invite(now).unwrap();
    }
    assert_eq!(invite(now), Err(PkiError::TooManyInvitations(MAX_INVITATIONS)));
    invite(now + minutes(INVITATION_MINUTES)).unwrap();
}

#[test]
fn nothing_shows_the_secret_but_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    establish(dir, "imp1", SystemTime::now()).unwrap();
    let invitation = Invitation::create(dir, "imp2", "192.0.2.1:5270", SystemTime::now()).unwrap();
    let hex: String = invitation.secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let kept = std::fs::read_to_string(dir.join(crate::pki::INVITATIONS)).unwrap();
    let shown = format!("{invitation:?} {:?} {kept}", request(&invitation));
    assert!(!shown.contains(&hex) && !shown.contains(&format!("{:?}", *invitation.secret)), "{shown}");
}
