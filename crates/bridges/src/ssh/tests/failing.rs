//! A server that hangs or gives up after the key exchange.

use std::time::{Duration, Instant};

use super::server::{Fault, SHORT, Scene};
use crate::ssh::{Deadlines, Phase, SshError};

/// Much longer than the deadline under test, and shorter than that of any other phase that could end the wait in its place.
const LONG_AFTER: Duration = Duration::from_secs(9);

/// Runs against a server with this fault and gives the error.
async fn error(fault: Fault) -> SshError {
    let scene = Scene::start(fault).await;
    // Only what is under test is short: a busy machine may need its time for the rest.
    let mut deadlines = Deadlines::default();
    match fault {
        Fault::HangsAtAuthentication => deadlines.authentication = SHORT,
        Fault::HangsAtChannel | Fault::HangsAtRequest => deadlines.channel = SHORT,
        Fault::HangsInOutput => deadlines.output = SHORT,
        Fault::HangsAtExit => deadlines.exit = SHORT,
        _ => {}
    }
    scene.run(deadlines).await.unwrap_err()
}

#[tokio::test]
async fn a_server_that_hangs_is_left_at_the_deadline_of_its_phase() {
    for (fault, at, may_have_run) in [
        (Fault::HangsAtAuthentication, Phase::Authentication, false),
        (Fault::HangsAtChannel, Phase::Channel, false),
        (Fault::HangsAtRequest, Phase::Output, true),
        (Fault::HangsInOutput, Phase::Output, true),
        (Fault::HangsAtExit, Phase::Exit, true),
    ] {
        let began = Instant::now();
        let error = error(fault).await;
        assert!(began.elapsed() < LONG_AFTER, "{fault:?}: {:?}", began.elapsed());
        assert!(matches!(&error, SshError::TimedOut { phase, .. } if *phase == at), "{fault:?}: {error:?}");
        assert_eq!(error.may_have_run(), may_have_run, "{fault:?}");
        assert!(error.to_string().contains("no answer in 0.4 s during "), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_goes_away_is_said_to_have_gone_and_when() {
    let gone = error(Fault::ClosesAtAuthentication).await;
    assert!(matches!(gone, SshError::Refused { .. }), "{gone:?}");
    assert!(gone.to_string().contains("the server closed the connection"), "{gone}");
    assert!(!gone.may_have_run());
    let gone = error(Fault::ClosesInOutput).await;
    assert!(matches!(gone, SshError::Closed { phase: Phase::Output, .. }), "{gone:?}");
    assert!(gone.may_have_run(), "the command was sent");
}

#[tokio::test]
async fn a_refused_command_is_no_lost_one() {
    let refused = error(Fault::RefusesRequest).await;
    assert!(matches!(refused, SshError::CommandRefused { .. }) && !refused.may_have_run(), "{refused:?}");
}

#[tokio::test]
async fn output_without_end_is_not_read_without_end() {
    let error = error(Fault::NeverStopsWriting).await;
    assert!(matches!(error, SshError::TooMuchOutput { .. }), "{error:?}");
}

#[tokio::test]
async fn an_end_without_a_status_is_an_end_and_a_status_other_than_zero_a_failure() {
    let outcome = Scene::start(Fault::NoStatus).await.run(Deadlines::default()).await.unwrap();
    assert_eq!((outcome.exit, outcome.failed()), (None, false));
    let outcome = Scene::start(Fault::FailsWithStatus).await.run(Deadlines::default()).await.unwrap();
    assert_eq!((outcome.exit, outcome.failed()), (Some(1), true));
}
