import type { KnownService } from '#workload/known-data/known-service.ts';

export const jenkins: KnownService = {
  id: 'jenkins',
  title: 'Jenkins',
  images: ['jenkins', 'jenkins/jenkins'],
  servers: ['jenkins.sh'],
  directories: [{ path: '/var/jenkins_home', variable: 'JENKINS_HOME' }],
  marks: ['JENKINS_HOME'],
  versions: ['JENKINS_VERSION'],
  keeps: 'always',
};
